import type { MaybePromise, Session, Topic } from 'signalbox';
import { ChatSeats, type Seat } from './chat-seats.js';
import { type ChatMember, memberOf } from './chat-words.js';

/** A room with somebody in it, who are told who else is. */
export interface ChatLiveRoom {
  readonly id: string;
  /** Whether nobody of this node is there. */
  readonly isEmpty: boolean;
  /** The newcomer is told who is there, and the others who has come. */
  enter(session: Session): MaybePromise<void>;
  /** Hears of members of other nodes; undefined where it does. Rejects with `unavailable`. */
  open?(): Promise<void> | undefined;
  leave(session: Session): MaybePromise<void>;
  /** The session may have become somebody else, as one whose identity has expired: then one goes and another comes. */
  identify(session: Session): MaybePromise<void>;
}

/** A member with all that it has open in the room. */
interface Visit {
  readonly seat: Seat;
  /** How often each session is subscribed. */
  readonly sessions: Map<Session, number>;
}

/**
 * The members of this node, where the route keeps no presence. A user with several windows is one member, who comes with the
 * first and goes with the last. Nothing here waits before it says what has changed, so that what is heard has the order
 * of what happened.
 */
export class NodeRoom implements ChatLiveRoom {
  readonly id: string;
  readonly #topic: Topic;
  readonly #seats: ChatSeats;
  readonly #visits = new Map<string, Visit>();
  readonly #taken = new Map<Session, Visit>();

  constructor(topic: Topic, id: string) {
    this.#topic = topic;
    this.id = id;
    this.#seats = new ChatSeats(id);
  }

  get isEmpty(): boolean {
    return this.#taken.size === 0;
  }

  async enter(session: Session): Promise<void> {
    const member = memberOf(session);
    const known = this.#taken.get(session) ?? this.#visits.get(member.id);
    const visit = known ?? this.#begin(member);
    visit.sessions.set(session, (visit.sessions.get(session) ?? 0) + 1);
    this.#taken.set(session, visit);
    const list = this.#topic.broadcast(this.#seats.list(visit.seat.member), { eligible: [session.id] });
    const news = known === undefined ? this.#tell('enter', visit.seat, session) : undefined;
    await Promise.all([list, news]);
  }

  async leave(session: Session): Promise<void> {
    const visit = this.#taken.get(session);
    const left = (visit?.sessions.get(session) ?? 0) - 1;
    if (visit === undefined) return;
    if (left > 0) visit.sessions.set(session, left);
    else await this.#end(visit, session);
  }

  async identify(session: Session): Promise<void> {
    const visit = this.#taken.get(session);
    if (visit === undefined || visit.seat.member.id === memberOf(session).id) return;
    const subscriptions = visit.sessions.get(session) ?? 1;
    const gone = this.#end(visit, session);
    const come = this.enter(session);
    this.#taken.get(session)?.sessions.set(session, subscriptions);
    await Promise.all([gone, come]);
  }

  #begin(member: ChatMember): Visit {
    const visit = { seat: this.#seats.add(member), sessions: new Map<Session, number>() };
    this.#visits.set(member.id, visit);
    return visit;
  }

  async #end(visit: Visit, session: Session): Promise<void> {
    visit.sessions.delete(session);
    this.#taken.delete(session);
    if (visit.sessions.size > 0) return;
    this.#visits.delete(visit.seat.member.id);
    this.#seats.remove(visit.seat.member.id);
    await this.#tell('leave', visit.seat, session);
  }

  /** For all but the one whom it is about. */
  #tell(type: 'enter' | 'leave', { member: user, isShown }: Seat, { id }: Session) {
    if (!isShown) return undefined;
    return this.#topic.broadcast({ type, user, room: this.id, time: Date.now() }, { exclude: [id] });
  }
}
