import {
  type PublishEvent,
  RouterError,
  type Session,
  type Topic,
  type TopicHandler,
  type TopicRequest,
} from 'signalbox';

const LONGEST = 500;

/** A room in which users talk. Who is there is the presence of its route. */
export class ChatRoom implements TopicHandler {
  static readonly handler = 'chat.room';

  /** The author is who the session is, whatever the message says. A throw refuses. */
  onPublish({ principal }: Session, topic: Topic, _request: TopicRequest, { payload }: PublishEvent) {
    const { text } = (payload.value ?? {}) as { text?: unknown };
    if (typeof text !== 'string' || text.trim() === '') {
      throw new RouterError('bad_request', 'a message needs a text');
    }
    if (text.length > LONGEST) {
      throw new RouterError('bad_request', `a message has at most ${LONGEST} characters`);
    }
    return topic.broadcast({ user: principal.id, text: text.trim(), at: new Date().toISOString() });
  }
}
