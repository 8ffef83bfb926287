import type { SyncOptions } from '../../client/node.js';

/** Where a subscriber listens, and as whom. */
export interface PeerOptions {
  /** Of HTTP. */
  readonly url: string;
  readonly channel: string;
  /** Gets a ticket each time that a connection is made; undefined for who connects without one. */
  readonly ticket: (() => Promise<string>) | undefined;
  /** The key that a back end sends; undefined for who is none. */
  readonly key: string | undefined;
  /** What sockets are made with. It sends the key itself. */
  readonly WebSocket: NonNullable<SyncOptions['WebSocket']>;
}

/** What a subscriber is told. */
export interface PeerListener {
  received(payload: unknown): void;
  /** It has come back to a channel that promises something: whether it has missed nothing. */
  resumed(isWhole: boolean): void;
  /** Its connection ended, and not because it was asked to. */
  lost(): void;
}

/** One subscriber of one channel, in some protocol. After a loss it comes back by itself. */
export interface Peer {
  /** Resolves when it is subscribed. Rejects with an `Error` that says why it is not let in. */
  open(): Promise<void>;
  /** Ends its connection and makes a new one at once; resolves when it is subscribed again. */
  comeBack(): Promise<void>;
  close(): void;
}
