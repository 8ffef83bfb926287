import { type PublishEvent, RouterError, type Session, type Topic, type TopicRequest } from 'signalbox';

/** `oro/imap_sync_fail/{user_id}`: a user's own channel, and `*` for whom system mailboxes concern. */
export class ImapSyncFail {
  static readonly handler = 'oro_imap.sync_fail';

  readonly access = { subscribe: ['user'], publish: ['backend'] };

  onSubscribe({ principal }: Session, _topic: Topic, { channel, params }: TopicRequest) {
    const mine = params['user_id'] === principal.id;
    const everybodys = params['user_id'] === '*' && principal.roles.includes('ROLE_ADMINISTRATOR');
    if (!mine && !everybodys)
      throw new RouterError('forbidden', `${channel} is not for user ${principal.id}`);
  }

  onPublish(_session: Session, topic: Topic, _request: TopicRequest, event: PublishEvent) {
    return topic.broadcast(event.payload, event);
  }
}
