import { BroadcastTopic } from './broadcast.js';

/**
 * A private channel: only the user named by `user_id`, in an organisation of theirs where the channel names one,
 * may subscribe, and only back ends may publish, whatever the route says.
 */
export class SecuredTopic extends BroadcastTopic {
  static override readonly handler: string = 'secured';

  readonly access = { subscribe: ['owner'], publish: ['backend'] };
}
