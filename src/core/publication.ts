import type { Payload } from './payload.js';
import type { Position } from './position.js';
import type { SessionId } from './session.js';

/**
 * Narrows who receives a publication. Each list given must hold; an exclusion always wins. A session has the roles of its
 * principal and, as one more, the principal's kind.
 */
export interface Audience {
  /** Sessions left out. */
  readonly exclude?: readonly SessionId[];
  /** Sessions of these users are left out, and of back ends that are called so. */
  readonly excludeUsers?: readonly string[];
  /** Sessions with one of these roles are left out. */
  readonly excludeRoles?: readonly string[];
  /** If not empty, only these sessions. */
  readonly eligible?: readonly SessionId[];
  /** If not empty, only sessions of these users; one of nobody in particular is named by its own id. */
  readonly users?: readonly string[];
  /** If not empty, only sessions with one of these roles. */
  readonly roles?: readonly string[];
  /**
   * The session that published, told to nobody; the router adds it. That it is left out itself is no reason not to keep
   * a publication in the history.
   */
  readonly author?: SessionId | undefined;
}

/** A list of this alone is a list of nobody: no session, user or role is named so. */
export const NOBODY = '';

/** Who published, where that is told to subscribers. */
export interface Publisher {
  readonly session: SessionId;
  readonly user: string | undefined;
  readonly role: string;
}

/** What may be said about a publication beside its payload. */
export interface PublicationOptions extends Audience {
  /** Keeps it for those who subscribe later and ask for it, in place of the one kept before. */
  readonly retain?: boolean;
  /** Left out where the publisher is not to be told. */
  readonly publisher?: Publisher;
  /** For subscribers of the same protocol, passed on as they are. */
  readonly headers?: Readonly<Record<string, string>>;
  /** When a queue gives it up, in milliseconds since 1970; where the route says so, earlier. */
  readonly expires?: number | undefined;
  /**
   * Names the attempt: the same publisher's next one on the channel with this key, within five minutes, is not published
   * again. 1 to 255 characters.
   */
  readonly key?: string | undefined;
  /** See `Keeping.version`. */
  readonly version?: number | undefined;
  /** The trace that the publisher is in, as a `traceparent`. [W3C Trace Context] */
  readonly trace?: string | undefined;
}

/** What a peer asks to publish. */
export interface PublishEvent extends PublicationOptions {
  readonly payload: Payload;
  readonly exclude: readonly SessionId[];
  /** Empty means everybody. */
  readonly eligible: readonly SessionId[];
}

/** One accepted message on one channel, as it travels between nodes. */
export interface Publication {
  /** A whole number from 1 to 2^53 as text, different for each publication. */
  readonly id: string;
  readonly channel: string;
  readonly payload: Payload;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly audience: Audience | undefined;
  readonly publisher?: Publisher | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly expires?: number | undefined;
  /** Where it is traced, the `traceparent` of what published it; told to other nodes, and to no peer. */
  readonly trace?: string | undefined;
  /** Its place in the history of its channel, set by the broker that accepts it; undefined where it belongs into none. */
  position?: Position | undefined;
  /**
   * Set where it was not published: there was one with its key, of which id and position are, or one with a version as
   * new, which was at this position.
   */
  readonly outcome?: 'duplicate' | 'superseded' | undefined;
}
