import {
  type Publication,
  type PublishEvent,
  type Publisher,
  RouterError,
  type Session,
  TOKENS,
  type Topic,
  type TopicHandler,
  type TopicRequest,
} from 'signalbox';
import { isSystem, memberOf, SYSTEM, textOf } from './chat-words.js';

/**
 * What is said to one user alone, on a channel of theirs with the parameter `user_id`. All sessions of the sender get a
 * copy on their own channel. A back end speaks as the system, or as whom it names.
 */
export class ChatPrivateTopic implements TopicHandler {
  static readonly handler: string = 'chat.user';
  static readonly inject: readonly symbol[] = [TOKENS.publisher] as symbol[];

  readonly access = { subscribe: ['owner'] };
  readonly #publisher: Publisher;

  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  async onPublish(
    session: Session,
    topic: Topic,
    { params: { user_id: to = '' }, route }: TopicRequest,
    { payload }: PublishEvent,
  ): Promise<Publication> {
    const text = textOf(payload);
    if (session.principal.kind === 'backend') {
      const { from = SYSTEM, to: whom = to } = Object(payload.value);
      return topic.broadcast({ type: 'private', from, to: whom, text, time: Date.now() });
    }
    if (isSystem(session.principal)) {
      throw new RouterError('forbidden', 'the system speaks through back ends alone');
    }
    const from = memberOf(session);
    const message = { type: 'private', from, to, text, time: Date.now() };
    const sent = topic.broadcast(message);
    if (from.id === to || session.principal.id === undefined) return sent;
    const own = { route: route.name, params: { user_id: from.id } };
    // What has been delivered is not refused for a copy: some users have ids that no channel can hold.
    const copy = this.#publisher.publish(own, message).catch(() => undefined);
    const [publication] = await Promise.all([sent, copy]);
    return publication;
  }
}
