import {
  type PublishEvent,
  RouterError,
  type Session,
  type Topic,
  type TopicHandler,
  type TopicRequest,
} from 'signalbox';

/** A room in which everybody hears what anybody says. */
export class Room implements TopicHandler {
  static readonly handler = 'room';

  /** A throw refuses: the publisher is told why, and nobody else hears anything. */
  onPublish(session: Session, topic: Topic, _request: TopicRequest, { payload }: PublishEvent) {
    const { text } = (payload.value ?? {}) as { text?: unknown };
    if (typeof text !== 'string' || text.trim() === '') {
      throw new RouterError('bad_request', 'a message needs a text');
    }
    const from = session.principal.id ?? 'somebody';
    return topic.broadcast({ text: text.trim(), from, at: new Date().toISOString() });
  }
}
