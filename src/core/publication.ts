import type { Payload } from './payload.js';
import type { SessionId } from './session.js';

/** Narrows who receives a publication. Each list given must hold; an exclusion always wins. */
export interface Audience {
  /** Sessions left out. */
  readonly exclude?: readonly SessionId[];
  /** If not empty, only these sessions. */
  readonly eligible?: readonly SessionId[];
  /** If not empty, only sessions of these users. */
  readonly users?: readonly string[];
  /** If not empty, only sessions with one of these roles. */
  readonly roles?: readonly string[];
}

/** What a peer asks to publish. */
export interface PublishEvent {
  readonly payload: Payload;
  readonly exclude: readonly SessionId[];
  /** Empty means everybody. */
  readonly eligible: readonly SessionId[];
}

/** One accepted message on one channel, as it travels between nodes. */
export interface Publication {
  readonly id: string;
  readonly channel: string;
  readonly payload: Payload;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly audience: Audience | undefined;
}
