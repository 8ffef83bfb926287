import type { Position } from '../src/core/position.js';

/** What a connection tells its subscriber. */
export interface LinkListener {
  /** Subscriptions may be asked for. */
  opened(): void;
  began(
    channel: string,
    start: { readonly position: Position; readonly recovered: boolean | undefined },
  ): void;
  received(channel: string, position: Position, payload: unknown): void;
  /** Once, and nothing after it. `why` is in the words of the protocol. */
  ended(why: string): void;
}

/** One connection of a subscriber, in some protocol. */
export interface Link {
  /** Asks for a channel: from a position on, or from now on and to be told where that is. */
  subscribe(channel: string, since: Position | undefined): void;
  /** Reads no more: nothing that arrives is heard, and nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** Ends it without a word. */
  destroy(): void;
}

/** Opens a connection to a node at `url`, which begins with `http`. */
export type OpenLink = (url: string, listener: LinkListener) => Link;
