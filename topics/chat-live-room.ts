import type { Session, Topic } from 'signalbox';
import { type ChatMember, memberOf } from './chat-words.js';

/** Members that are shown by name. Those above are a crowd: they hear and speak, and nobody is told of their coming. */
const CROWD = 200;

/** A member with all that it has open in the room. */
interface Seat {
  readonly member: ChatMember;
  readonly isShown: boolean;
  /** How often each session is subscribed. */
  readonly sessions: Map<Session, number>;
}

/**
 * A room with somebody in it. A user with several windows is one member, who comes with the first and goes with the
 * last. Nothing here waits before it says what has changed, so that what is heard has the order of what happened.
 */
export class LiveRoom {
  readonly id: string;
  readonly #topic: Topic;
  readonly #seats = new Map<string, Seat>();
  readonly #taken = new Map<Session, Seat>();
  #shown = 0;

  constructor(topic: Topic, id: string) {
    this.#topic = topic;
    this.id = id;
  }

  get isEmpty(): boolean {
    return this.#taken.size === 0;
  }

  has(session: Session): boolean {
    return this.#taken.has(session);
  }

  /** The newcomer is told who is there, and the others who has come. */
  async enter(session: Session): Promise<void> {
    const member = memberOf(session);
    const known = this.#taken.get(session) ?? this.#seats.get(member.id);
    const seat = known ?? this.#addSeat(member);
    seat.sessions.set(session, (seat.sessions.get(session) ?? 0) + 1);
    this.#taken.set(session, seat);
    const list = this.#topic.broadcast(this.#list(member), { eligible: [session.id] });
    const news = known === undefined ? this.#tell('enter', seat, session) : undefined;
    await Promise.all([list, news]);
  }

  async leave(session: Session): Promise<void> {
    const seat = this.#taken.get(session);
    const left = (seat?.sessions.get(session) ?? 0) - 1;
    if (seat === undefined) return;
    if (left > 0) seat.sessions.set(session, left);
    else await this.#vacate(seat, session);
  }

  /** The session may have become somebody else, as one whose identity has expired: then one goes and another comes. */
  async identify(session: Session): Promise<void> {
    const seat = this.#taken.get(session);
    if (seat === undefined || seat.member.id === memberOf(session).id) return;
    const subscriptions = seat.sessions.get(session) ?? 1;
    const gone = this.#vacate(seat, session);
    const come = this.enter(session);
    this.#taken.get(session)?.sessions.set(session, subscriptions);
    await Promise.all([gone, come]);
  }

  #addSeat(member: ChatMember): Seat {
    const seat = { member, isShown: this.#shown < CROWD, sessions: new Map<Session, number>() };
    if (seat.isShown) this.#shown++;
    this.#seats.set(member.id, seat);
    return seat;
  }

  async #vacate(seat: Seat, session: Session): Promise<void> {
    seat.sessions.delete(session);
    this.#taken.delete(session);
    if (seat.sessions.size > 0) return;
    this.#seats.delete(seat.member.id);
    if (seat.isShown) this.#shown--;
    await this.#tell('leave', seat, session);
  }

  /** For all but the one whom it is about. */
  #tell(type: 'enter' | 'leave', { member: user, isShown }: Seat, { id }: Session) {
    if (!isShown) return undefined;
    const news = { type, user, room: this.id, time: Date.now() };
    return this.#topic.broadcast(news, { exclude: [id] });
  }

  #list(newcomer: ChatMember) {
    const members: ChatMember[] = [];
    for (const { member, isShown } of this.#seats.values()) {
      if (isShown || member.id === newcomer.id) members.push(member);
    }
    return { type: 'members', room: this.id, members, total: this.#seats.size };
  }
}
