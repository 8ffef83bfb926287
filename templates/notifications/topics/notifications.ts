import { type PublishEvent, RouterError, type Session, type Topic, type TopicRequest } from 'signalbox';
import { SecuredTopic } from 'signalbox/topics';

/** What a user is told. Only the user subscribes, and only back ends publish, whatever the route says. */
export class Notifications extends SecuredTopic {
  static override readonly handler: string = 'notifications';

  /** What is no notification is refused, so that the back end hears of its mistake. */
  override onPublish(session: Session, topic: Topic, request: TopicRequest, event: PublishEvent) {
    const { title } = (event.payload.value ?? {}) as { title?: unknown };
    if (typeof title !== 'string' || title === '') {
      throw new RouterError('bad_request', 'a notification needs a title');
    }
    return super.onPublish(session, topic, request, event);
  }
}
