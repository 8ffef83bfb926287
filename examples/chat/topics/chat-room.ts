import {
  type PublishEvent,
  RouterError,
  type Session,
  type Topic,
  type TopicHandler,
  type TopicRequest,
} from 'signalbox';
import { BAN_LIST, type BanList } from './ban-list.js';

/** A chat room. Who is banned stays out, and everybody hears who comes and goes. */
export class ChatRoom implements TopicHandler {
  static readonly handler = 'chat.room';
  static readonly inject = [BAN_LIST];

  readonly #bans: BanList;

  constructor(bans: BanList) {
    this.#bans = bans;
  }

  /** Runs before the session joins, so the newcomer does not hear this broadcast. A throw refuses. */
  async onSubscribe(session: Session, topic: Topic, { params: { room = '' } }: TopicRequest) {
    const { id: user = '' } = session.principal;
    if (await this.#bans.has(room, user)) {
      throw new RouterError('forbidden', `you are banned from ${room}`, {
        hint: 'ask the owner of the room',
      });
    }
    await topic.broadcast({ type: 'joined', user });
  }

  /** Runs once for each room that the session was in, after it has left all of them. */
  async onUnsubscribe(session: Session, topic: Topic) {
    await topic.broadcast({ type: 'left', user: session.principal.id });
  }

  /** Decides what is delivered. Return the publication, and the publisher is told its id. */
  onPublish(session: Session, topic: Topic, _request: TopicRequest, event: PublishEvent) {
    const { text } = (event.payload.value ?? {}) as { text?: unknown };
    if (typeof text !== 'string' || text === '') {
      throw new RouterError('bad_request', 'a chat message needs a text', { hint: 'send {"text": "hello"}' });
    }
    return topic.broadcast({ type: 'said', user: session.principal.id, text }, event);
  }
}
