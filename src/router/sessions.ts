import type { Subscriber } from '../core/router.js';
import type { Principal, Session } from '../core/session.js';
import type { SessionSelector } from '../core/session-control.js';

const NOBODY: ReadonlySet<Session> = new Set();
const NOTHING: ReadonlySet<Subscriber> = new Set();

/** The open sessions of this node: what each is subscribed to, and which belong to a user. */
export class Sessions {
  readonly #all = new Map<Session, Set<Subscriber> | undefined>();
  readonly #byUser = new Map<string, Set<Session>>();
  #subscriptions = 0;

  get size(): number {
    return this.#all.size;
  }

  /** Subscriptions of all of them. */
  get subscriptions(): number {
    return this.#subscriptions;
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#all.keys();
  }

  add(session: Session): void {
    this.#all.set(session, undefined);
    this.#addToUser(session);
  }

  /** What the session was subscribed to; undefined when it was not known. */
  delete(session: Session): ReadonlySet<Subscriber> | undefined {
    if (!this.#all.has(session)) return undefined;
    const subscribers = this.subscribersOf(session);
    this.#all.delete(session);
    this.#subscriptions -= subscribers.size;
    this.#deleteFromUser(session);
    return subscribers;
  }

  /** Gives a session another principal, and keeps it where that one's are looked for. */
  identify(session: Session, principal: Principal): void {
    this.#deleteFromUser(session);
    session.become(principal);
    if (this.#all.has(session)) this.#addToUser(session);
  }

  has(session: Session): boolean {
    return this.#all.has(session);
  }

  ofUser(user: string): ReadonlySet<Session> {
    return this.#byUser.get(user) ?? NOBODY;
  }

  /** The open sessions that are meant. */
  select(who: SessionSelector): readonly Session[] {
    if ('user' in who) return [...this.ofUser(who.user)];
    if ('sessions' in who) return who.sessions.filter((session) => this.#all.has(session));
    return [...this.#all.keys()].filter(({ id }) => id === who.session);
  }

  subscribersOf(session: Session): ReadonlySet<Subscriber> {
    return this.#all.get(session) ?? NOTHING;
  }

  joined(subscriber: Subscriber): void {
    const subscribers = this.#all.get(subscriber.session) ?? new Set();
    if (subscribers.has(subscriber)) return;
    this.#subscriptions++;
    this.#all.set(subscriber.session, subscribers.add(subscriber));
  }

  left(subscriber: Subscriber): void {
    if (this.#all.get(subscriber.session)?.delete(subscriber) === true) this.#subscriptions--;
  }

  #addToUser(session: Session): void {
    const user = userOf(session);
    if (user === undefined) return;
    const sessions = this.#byUser.get(user) ?? new Set();
    this.#byUser.set(user, sessions.add(session));
  }

  #deleteFromUser(session: Session): void {
    const user = userOf(session);
    const sessions = user === undefined ? undefined : this.#byUser.get(user);
    sessions?.delete(session);
    if (user !== undefined && sessions?.size === 0) this.#byUser.delete(user);
  }
}

function userOf({ principal }: Session): string | undefined {
  return principal.kind === 'user' ? principal.id : undefined;
}
