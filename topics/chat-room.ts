import {
  DISCONNECT,
  type PublishEvent,
  RouterError,
  type ServerEvents,
  type Session,
  type SessionControl,
  TOKENS,
  type Topic,
  type TopicHandler,
  type TopicRequest,
  type TopicTimer,
} from 'signalbox';
import { CHAT_DIRECTORY, type ChatDirectory, isOpenTo } from './chat-directory.js';
import { type ChatLiveRoom, NodeRoom } from './chat-live-room.js';
import { SharedRoom } from './chat-shared-room.js';
import { memberOf, SYSTEM, textOf } from './chat-words.js';

/** Milliseconds. */
const AGAIN = 5000;

/**
 * A chat room on each channel of its route, which has the parameter `room`. Who is in it speaks; a back end announces. Its members are those
 * of all nodes where the route has `presence`, and else those of this one.
 */
export class ChatRoomTopic implements TopicHandler {
  static readonly handler: string = 'chat.room';
  static readonly inject: readonly symbol[] = [CHAT_DIRECTORY, TOKENS.events, TOKENS.sessions] as symbol[];

  /** Where it was not known who is in a room, it is asked again. */
  readonly timers: readonly TopicTimer[] = [{ interval: AGAIN, tick: (topic) => this.#ask(topic) }];
  readonly #directory: ChatDirectory;
  readonly #control: SessionControl;
  readonly #rooms = new Map<Topic, ChatLiveRoom>();

  constructor(directory: ChatDirectory, events: ServerEvents, control: SessionControl) {
    this.#directory = directory;
    this.#control = control;
    events.on('client_identified', ({ session }) => void this.#identify(session));
  }

  /** Nobody learns whether there is a room that they may not enter. */
  async onSubscribe(session: Session, _topic: Topic, { params: { room = '' } }: TopicRequest) {
    if (await isOpenTo(session.principal, room, this.#directory)) return;
    throw new RouterError('forbidden', `there is no room ${room} for you`, {
      hint: 'call chat.rooms for a list of those that you may enter',
    });
  }

  onSubscribed(session: Session, topic: Topic, { params: { room = '' } }: TopicRequest) {
    const live = this.#rooms.get(topic) ?? open(topic, room);
    this.#rooms.set(topic, live);
    return live.enter(session);
  }

  onUnsubscribe(session: Session, topic: Topic) {
    const live = this.#rooms.get(topic);
    const told = live?.leave(session);
    if (live?.isEmpty) this.#rooms.delete(topic);
    return told;
  }

  /** Everybody in the room hears it, the author too, and all in one order: nobody chooses an audience. */
  onPublish(session: Session, topic: Topic, { params: { room = '' } }: TopicRequest, event: PublishEvent) {
    const said = { text: textOf(event.payload), time: Date.now() };
    if (session.principal.kind === 'backend') {
      return topic.broadcast({ type: 'announcement', from: SYSTEM, ...said });
    }
    if (!topic.has(session)) {
      throw new RouterError('forbidden', `you are not in room ${room}`, { hint: 'subscribe to it first' });
    }
    return topic.broadcast({ type: 'message', from: memberOf(session), room, ...said });
  }

  /** Why it is not known is logged already. */
  async #ask(topic: Topic): Promise<void> {
    await this.#rooms
      .get(topic)
      ?.open?.()
      ?.catch(() => undefined);
  }

  /** Who may not be in one of the rooms any more has to come back without it. */
  async #identify(session: Session): Promise<void> {
    for (const [topic, live] of this.#rooms) {
      if (!topic.has(session)) continue;
      const stays = isOpenTo(session.principal, live.id, this.#directory);
      if (await stays.catch(() => false)) await live.identify(session);
      else this.#control.disconnect({ session: session.id }, DISCONNECT.ended);
    }
  }
}

function open(topic: Topic, room: string): ChatLiveRoom {
  return topic.request.route.presence === undefined ? new NodeRoom(topic, room) : new SharedRoom(topic, room);
}
