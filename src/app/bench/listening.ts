import type { PeerOptions } from './peer.js';

/** What one connection is to listen to. */
export interface ListeningOptions extends Omit<PeerOptions, 'ticket'> {
  readonly ticket: string | undefined;
  /** The position to go on after, as it was told; undefined for who comes for the first time, or was told none. */
  readonly since: string | undefined;
}

/** Why a connection has ended. */
export interface ListeningEnd {
  readonly reason: string;
  /** Whether to come back as it is would be refused as well. */
  readonly isRefusal: boolean;
}

/** What a connection tells. Positions are those to come back with, where there is a new one. */
export interface Listener {
  /** It is subscribed, and where it was before is told whether it has missed nothing since. */
  began(start: { readonly position: string | undefined; readonly isWhole: boolean | undefined }): void;
  received(payload: unknown, position: string | undefined): void;
  /** Once, and nothing after it. */
  ended(end: ListeningEnd): void;
}

/** One connection that is subscribed to one channel, from its beginning to its end. */
export interface Listening {
  /** Ends it. What comes until it has ended may still be told. */
  drop(): void;
}

export type Listen = (options: ListeningOptions, listener: Listener) => Listening;
