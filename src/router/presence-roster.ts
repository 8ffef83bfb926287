import { after, type MaybePromise } from '../core/maybe-promise.js';
import type {
  Counts,
  Member,
  PresenceChange,
  PresenceStore,
  PresenceWords,
  Present,
  PresentUser,
} from '../core/presence.js';
import type { SessionId } from '../core/session.js';
import { later } from './later.js';
import { keyOf, personOf } from './presence-people.js';

export interface PresenceRosterParts {
  /** The channel that is watched. */
  readonly channel: string;
  /** Sessions that are told one by one. */
  readonly most: number;
  readonly store: PresenceStore;
  /** Tells all who watch. */
  tell(words: PresenceWords): void;
  failed(error: unknown): void;
}

/** Milliseconds between two words about numbers alone. */
const PACE = 1000;

/** Changes that are kept while the store is asked who is there. */
const MOST_EARLY = 10_000;

/** Who is on a channel that is watched on this node, as its watchers are told: by name, or where there are too many in number. */
export class PresenceRoster {
  readonly #parts: PresenceRosterParts;
  #most: number;
  /** Undefined while there are too many. */
  #sessions: Map<SessionId, Member> | undefined;
  readonly #people = new Map<string, PresentUser>();
  #counts: Counts = { users: 0, sessions: 0 };
  #words: PresenceWords | undefined;
  /** What all watchers know; undefined where they do not know that they hear of numbers alone. */
  #told: Counts | undefined;
  /** What has changed while the store is asked. */
  #early: PresenceChange[] | undefined;
  #cancel: (() => void) | undefined;
  #isSettling = false;
  #isUnsettled = false;
  #isStale = false;
  #isClosed = false;

  constructor(parts: PresenceRosterParts) {
    this.#parts = parts;
    this.#most = parts.most;
  }

  /** Asks who is there. Throws what the store throws. */
  load(): MaybePromise<void> {
    this.#early = [];
    const { store, channel } = this.#parts;
    const most = this.#most;
    return after(store.present(channel, most), (present) => {
      this.#begin(present);
      this.#told = this.#counts;
    });
  }

  /** What a newcomer is told: the same until something changes. */
  words(): PresenceWords {
    this.#words ??=
      this.#sessions === undefined
        ? { type: 'count', ...this.#counts }
        : { type: 'members', members: [...this.#people.values()], ...this.#counts };
    return this.#words;
  }

  apply(change: PresenceChange): void {
    if (this.#early !== undefined) {
      if (this.#early.length < MOST_EARLY) this.#early.push(change);
      return;
    }
    const news = this.#sessions && this.#change(this.#sessions, change);
    if (this.#sessions !== undefined && this.#sessions.size > this.#most) this.#giveUpNames();
    if (this.#sessions === undefined || news === undefined) this.#settleSoon();
    else this.#tell(news);
  }

  /** Changes may have been lost. */
  missed(): void {
    this.#isStale = true;
    this.#settleSoon();
  }

  /** So many sessions are told one by one from now on. */
  bound(most: number): void {
    this.#most = most;
    this.missed();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  /** The list as the store knows it, and what has changed since it was asked: it may know some of that already. */
  #begin(present: Present): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#people.clear();
    this.#sessions = undefined;
    this.#words = undefined;
    this.#counts = { users: present.users, sessions: present.sessions };
    if (present.sessions > this.#most || early.length >= MOST_EARLY) {
      if (early.length > 0) this.#settleSoon();
      return;
    }
    const sessions = new Map<SessionId, Member>();
    this.#sessions = sessions;
    this.#counts = { users: 0, sessions: 0 };
    const { channel } = this.#parts;
    for (const member of present.members)
      this.#change(sessions, { type: 'join', channel, member, first: true });
    for (const change of early) this.#change(sessions, change);
    if (sessions.size > this.#most) {
      this.#giveUpNames();
      this.#settleSoon();
    }
  }

  /** What is to be told of a change; nothing where a user has one session more or less. */
  #change(sessions: Map<SessionId, Member>, { type, member }: PresenceChange): PresenceWords | undefined {
    return type === 'join' ? this.#enter(sessions, member) : this.#exit(sessions, member.session);
  }

  #enter(sessions: Map<SessionId, Member>, member: Member): PresenceWords | undefined {
    if (sessions.has(member.session)) return undefined;
    sessions.set(member.session, member);
    const key = keyOf(member);
    const known = this.#people.get(key);
    const user = known === undefined ? personOf(member) : { ...known, sessions: known.sessions + 1 };
    this.#people.set(key, user);
    this.#count(sessions, known === undefined && member.user !== undefined ? 1 : 0);
    return known === undefined ? { type: 'join', user, ...this.#counts } : undefined;
  }

  #exit(sessions: Map<SessionId, Member>, session: SessionId): PresenceWords | undefined {
    const member = sessions.get(session);
    if (member === undefined) return undefined;
    sessions.delete(session);
    const key = keyOf(member);
    const known = this.#people.get(key) ?? personOf(member);
    const user = { ...known, sessions: known.sessions - 1 };
    if (user.sessions > 0) this.#people.set(key, user);
    else this.#people.delete(key);
    this.#count(sessions, user.sessions === 0 && member.user !== undefined ? -1 : 0);
    return user.sessions === 0 ? { type: 'leave', user, ...this.#counts } : undefined;
  }

  #count({ size: sessions }: ReadonlyMap<SessionId, Member>, users: number): void {
    this.#counts = { users: this.#counts.users + users, sessions };
    this.#words = undefined;
  }

  #giveUpNames(): void {
    this.#sessions = undefined;
    this.#people.clear();
    this.#words = undefined;
    this.#told = undefined;
  }

  #tell(words: PresenceWords): void {
    const { users, sessions } = words;
    this.#told = { users, sessions };
    this.#parts.tell(words);
  }

  #settleSoon(): void {
    if (this.#isClosed || this.#cancel !== undefined) return;
    if (this.#isSettling) this.#isUnsettled = true;
    else this.#cancel = later(PACE, () => void this.#settle());
  }

  /** Tells the numbers as they are by now; where they have become few, who it is. */
  async #settle(): Promise<void> {
    this.#cancel = undefined;
    this.#isSettling = true;
    try {
      if (this.#sessions === undefined || this.#isStale) await this.#ask();
      else this.#tellCounts();
    } catch (error) {
      this.#early = undefined;
      this.#isUnsettled = true;
      this.#parts.failed(error);
    }
    this.#isSettling = false;
    if (this.#isUnsettled) {
      this.#isUnsettled = false;
      this.#settleSoon();
    }
  }

  async #ask(): Promise<void> {
    const { store, channel } = this.#parts;
    const most = this.#most;
    if (this.#sessions === undefined && !this.#isStale) {
      const { users, sessions } = await store.present(channel, 0);
      this.#counts = { users, sessions };
      this.#words = undefined;
      if (sessions > few(most)) {
        this.#tellCounts();
        return;
      }
    }
    this.#isStale = false;
    this.#early = [];
    try {
      this.#begin(await store.present(channel, most));
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
    if (!this.#isClosed) this.#tell(this.words());
  }

  #tellCounts(): void {
    const { users, sessions } = this.#counts;
    if (this.#isClosed) return;
    if (users === this.#told?.users && sessions === this.#told.sessions) return;
    this.#tell({ type: this.#sessions === undefined ? 'count' : 'sessions', users, sessions });
  }
}

/** With so many sessions they are told by name again: not yet with one less than too many, or it would go back and forth. */
function few(most: number): number {
  return most - (most >> 3);
}
