import type { MaybePromise, PresenceWords, PresentUser, Session, Topic } from 'signalbox';
import type { ChatLiveRoom } from './chat-live-room.js';
import { ChatSeats, type Seat } from './chat-seats.js';
import { type ChatMember, guestOf, memberOf } from './chat-words.js';

/**
 * The members of all nodes, as the presence of the channel has them. Each node tells its own who comes and goes, in the order in
 * which it hears of it itself: so also of those who go with a node that has died.
 */
export class SharedRoom implements ChatLiveRoom {
  readonly id: string;
  readonly #topic: Topic;
  readonly #seats: ChatSeats;
  /** How many there are, where there are too many for them to be told by name. */
  #crowd: number | undefined;
  #opening: Promise<void> | undefined;
  #close: (() => void) | undefined;

  constructor(topic: Topic, id: string) {
    this.#topic = topic;
    this.id = id;
    this.#seats = new ChatSeats(id);
  }

  get isEmpty(): boolean {
    return this.#topic.size === 0;
  }

  /** Where it is not known who is there, the newcomer is alone until it is. */
  enter(session: Session): MaybePromise<void> {
    const welcome = () => this.#welcome(session);
    const opening = this.open();
    return opening === undefined ? welcome() : opening.then(welcome, welcome);
  }

  leave(): void {
    if (!this.isEmpty) return;
    this.#close?.();
    this.#close = undefined;
  }

  /** Who has become somebody else has left and has come. */
  identify(): void {}

  /** Hears from now on who is there, until all have left. Rejects with `unavailable`; undefined where it does. */
  open(): Promise<void> | undefined {
    if (this.#close !== undefined) return undefined;
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#begin();
    this.#opening = opening?.finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  #begin(): Promise<void> | undefined {
    try {
      const close = this.#topic.watch((words) => this.#hear(words));
      if (typeof close === 'function') return this.#opened(close);
      return close.then((end) => this.#opened(end));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #opened(close: () => void): undefined {
    if (this.isEmpty) close();
    else this.#close = close;
  }

  #welcome(session: Session): MaybePromise<void> {
    if (!this.#topic.has(session)) return undefined;
    const newcomer = session.principal.kind === 'backend' ? undefined : memberOf(session);
    return this.#topic.tell(this.#seats.list(newcomer, this.#crowd), { eligible: [session.id] });
  }

  #hear(words: PresenceWords): MaybePromise<void> {
    if (words.type === 'members') return this.#fill(words.members);
    if (words.type === 'join') return this.#tell('enter', this.#seats.add(memberIn(words.user)));
    if (words.type === 'leave') return this.#tell('leave', this.#seats.remove(memberIn(words.user).id));
    if (words.type === 'count') this.#giveUp(words.sessions);
    return undefined;
  }

  /** First each newcomer is told, and those are newcomers who are on this node; later all are, as changes may have been missed. */
  #fill(members: readonly PresentUser[]): MaybePromise<void> {
    this.#crowd = undefined;
    this.#seats.clear();
    const seats = members.map((user) => this.#seats.add(memberIn(user)));
    if (this.#close !== undefined) return this.#topic.tell(this.#seats.list(undefined));
    const here = new Set([...this.#topic].map((session) => memberOf(session).id));
    const entered = seats
      .filter(({ member }) => here.has(member.id))
      .map((seat) => this.#tell('enter', seat));
    return Promise.all(entered).then(() => undefined);
  }

  #giveUp(total: number): void {
    this.#crowd = total;
    this.#seats.clear();
  }

  /** For all but the one whom it is about. */
  #tell(type: 'enter' | 'leave', seat: Seat | undefined): MaybePromise<void> {
    if (seat?.isShown !== true) return undefined;
    const { member: user } = seat;
    const own = this.#topic.sessionsOf(user.id).map(({ id }) => id);
    return this.#topic.tell(
      { type, user, room: this.id, time: Date.now() },
      { exclude: own.length === 0 ? [user.id] : own },
    );
  }
}

function memberIn({ id, name = id, anonymous }: PresentUser): ChatMember {
  return anonymous === true ? guestOf(id) : { id, name };
}
