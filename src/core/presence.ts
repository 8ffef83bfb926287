import type { MaybePromise } from './maybe-promise.js';
import type { SessionId } from './session.js';

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
  /** `changed` is called on every node that watches the channel, in channel order. */
  start(changed: (change: PresenceChange) => void): MaybePromise<void>;
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
