import {
  DISCONNECT,
  type MaybePromise,
  type Principal,
  type Publication,
  type PublishEvent,
  RouterError,
  type ServerEvents,
  type Session,
  type SessionControl,
  TOKENS,
  type Topic,
  type TopicHandler,
  type TopicRequest,
} from 'signalbox';
import { CHAT_DIRECTORY, type ChatDirectory } from './chat-directory.js';
import { LiveRoom } from './chat-live-room.js';
import { isSystem, memberOf, SYSTEM, textOf } from './chat-words.js';

/** A chat room on each channel of its route, which has the parameter `room`. Who is in it speaks; a back end announces. */
export class ChatRoomTopic implements TopicHandler {
  static readonly handler: string = 'chat.room';
  static readonly inject: readonly symbol[] = [CHAT_DIRECTORY, TOKENS.events, TOKENS.sessions] as symbol[];

  readonly #directory: ChatDirectory;
  readonly #control: SessionControl;
  readonly #rooms = new Map<string, LiveRoom>();

  constructor(directory: ChatDirectory, events: ServerEvents, control: SessionControl) {
    this.#directory = directory;
    this.#control = control;
    events.on('client_identified', ({ session }) => void this.#identify(session));
  }

  /** Nobody learns whether there is a room that they may not enter. */
  async onSubscribe(session: Session, _topic: Topic, { params: { room = '' } }: TopicRequest): Promise<void> {
    if (await this.#mayEnter(session.principal, room)) return;
    throw new RouterError('forbidden', `there is no room ${room} for you`, {
      hint: 'call chat.rooms for a list of those that you may enter',
    });
  }

  onSubscribed(session: Session, topic: Topic, { params: { room = '' } }: TopicRequest): Promise<void> {
    const live = this.#rooms.get(room) ?? new LiveRoom(topic, room);
    this.#rooms.set(room, live);
    return live.enter(session);
  }

  onUnsubscribe(
    session: Session,
    _topic: Topic,
    { params: { room = '' } }: TopicRequest,
  ): MaybePromise<void> {
    const live = this.#rooms.get(room);
    const told = live?.leave(session);
    if (live?.isEmpty) this.#rooms.delete(room);
    return told;
  }

  /** Everybody in the room hears it, the author too, and all in one order: nobody chooses an audience. */
  onPublish(
    session: Session,
    topic: Topic,
    { params: { room = '' } }: TopicRequest,
    { payload }: PublishEvent,
  ): MaybePromise<Publication> {
    const said = { text: textOf(payload), room, time: Date.now() };
    if (session.principal.kind === 'backend') {
      return topic.broadcast({ type: 'announcement', from: SYSTEM, text: said.text, time: said.time });
    }
    if (this.#rooms.get(room)?.has(session) !== true) {
      throw new RouterError('forbidden', `you are not in room ${room}`, { hint: 'subscribe to it first' });
    }
    return topic.broadcast({ type: 'message', from: memberOf(session), ...said });
  }

  /** Who may not be in one of the rooms any more has to come back without it. */
  async #identify(session: Session): Promise<void> {
    for (const [id, live] of this.#rooms) {
      if (!live.has(session)) continue;
      if (await this.#mayEnter(session.principal, id).catch(() => false)) await live.identify(session);
      else this.#control.disconnect({ session: session.id }, DISCONNECT.ended);
    }
  }

  async #mayEnter(principal: Principal, id: string): Promise<boolean> {
    if (isSystem(principal)) return false;
    const room = (await this.#directory.rooms()).find((room) => room.id === id);
    return room !== undefined && this.#directory.mayEnter(principal, room);
  }
}
