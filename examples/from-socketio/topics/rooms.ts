import {
  type CallEvent,
  type PublishEvent,
  type Publisher,
  RouterError,
  type Session,
  TOKENS,
  type Topic,
  type TopicRequest,
} from 'signalbox';

/** What `socket.on('join')` and `socket.on('say')` were. */
export class Rooms {
  static readonly handler = 'rooms';

  onSubscribe(session: Session, _topic: Topic, { params }: TopicRequest): void {
    if (params['room'] === 'staff' && !session.principal.roles.includes('staff'))
      throw new RouterError('forbidden', 'the room is for staff');
  }

  onPublish(session: Session, topic: Topic, _request: TopicRequest, event: PublishEvent) {
    if (session.principal.kind === 'backend') return topic.broadcast(event.payload, event);
    const { text } = (event.payload.value ?? {}) as { text?: unknown };
    if (typeof text !== 'string') throw new RouterError('bad_request', 'a message needs a text');
    return topic.broadcast({ type: 'said', from: session.principal.id, text }, event);
  }
}

/** What an event with an acknowledgement was: it answers. */
export class RenameRoom {
  static readonly handler = 'rooms.rename';
  static readonly inject = [TOKENS.publisher];
  readonly #publisher: Publisher;

  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  async onCall(_session: Session, { params }: TopicRequest, { args: [name] }: CallEvent) {
    if (typeof name !== 'string') throw new RouterError('bad_request', 'a room needs a name');
    await this.#publisher.publish(`rooms/${params['room']}`, { type: 'renamed', name });
    return { name };
  }
}
