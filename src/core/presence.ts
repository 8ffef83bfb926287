import type { MaybePromise } from './maybe-promise.js';
import type { Session, SessionId } from './session.js';

/** How presence is kept of the channels of a route. */
export interface PresencePolicy {
  /** Milliseconds that somebody may be gone before it is told; whoever is back by then has not left. */
  readonly leaveDelay: number;
  /** Members that are told one by one; with more on a channel it is told how many there are. 0 for the number alone. */
  readonly members: number;
}

/** One session on a channel. */
export interface Member {
  readonly session: SessionId;
  /** Undefined for nobody in particular. */
  readonly user: string | undefined;
  /** What the user is called, of at most 80 characters: the claim `name` of its credential. */
  readonly name?: string;
  readonly roles: readonly string[];
  /** When it joined, in milliseconds since 1970. */
  readonly since: number;
}

/** Sessions on a channel, whatever node they are on. */
export interface Present {
  /** Oldest first, and no more than were asked for. */
  readonly members: readonly Member[];
  /** All of them. */
  readonly sessions: number;
  /** Different users, those that are nobody in particular not counted. */
  readonly users: number;
}

/** A session that has come or gone, on any node. */
export interface PresenceChange {
  readonly type: 'join' | 'leave';
  readonly channel: string;
  readonly member: Member;
  /** Whether it is the first of its user on the channel, or was the last. True for nobody in particular. */
  readonly first: boolean;
}

/** Keeps who is on which channel. Calls for one channel take effect in the order made. */
export interface PresenceStore {
  /**
   * `changed` is called on every node that watches the channel, in channel order; `missed` where changes may have been lost, so
   * that who is there has to be asked again.
   */
  start(changed: (change: PresenceChange) => void, missed?: (channel: string) => void): MaybePromise<void>;
  /** A session of this node has joined. The same once more changes nothing. */
  join(channel: string, member: Member): MaybePromise<void>;
  leave(channel: string, session: SessionId): MaybePromise<void>;
  /** Who is there: of nodes that have died nobody is. */
  present(channel: string, most: number): MaybePromise<Present>;
  /** From now on, until `unwatch`, changes of a channel are told on this node. */
  watch(channel: string): MaybePromise<void>;
  unwatch(channel: string): MaybePromise<void>;
  close(): MaybePromise<void>;
}

/** Somebody on a channel, as it is told: a user with all sessions, or one session of nobody in particular. */
export interface PresentUser {
  /** The user's; of nobody in particular the session's. */
  readonly id: string;
  readonly name?: string;
  /** True for nobody in particular, and else left out. */
  readonly anonymous?: true;
  /** When the first of its sessions joined, in milliseconds since 1970. */
  readonly since: number;
  readonly sessions: number;
}

/** What those are told who watch who is on a channel. */
export type PresenceWords =
  | ({ readonly type: 'members'; readonly members: readonly PresentUser[] } & Counts)
  | ({ readonly type: 'join' | 'leave'; readonly user: PresentUser } & Counts)
  /** Some user has another number of sessions. */
  | ({ readonly type: 'sessions' } & Counts)
  /** There are too many to be told one by one; what was told of them before is over. */
  | ({ readonly type: 'count' } & Counts);

/** How many there are: different users, and sessions. */
export interface Counts {
  readonly users: number;
  readonly sessions: number;
}

/** Who is on a channel. */
export interface PresenceReport {
  readonly channel: string;
  /** Left out where there are more sessions than the route has told one by one. */
  readonly members?: readonly PresentUser[];
  readonly users: number;
  readonly sessions: number;
}

/** Tells who is there to those who may know it. */
export interface PresenceReader {
  /** Throws `no_such_route`, `invalid_channel`, `forbidden` and `unavailable`. */
  present(session: Session, channel: string): MaybePromise<PresenceReport>;
}
