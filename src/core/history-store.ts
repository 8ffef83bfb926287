import type { MaybePromise } from './maybe-promise.js';
import type { Position } from './position.js';
import type { Publication } from './publication.js';

/** The history of a channel as it was kept. */
export interface StoredHistory {
  readonly channel: string;
  /** The place before the oldest publication. */
  readonly floor: Position;
  readonly version: number;
  /** Oldest first, with their positions; `until` is when one ceases to be kept, in milliseconds since 1970. */
  readonly entries: readonly { readonly publication: Publication; readonly until: number }[];
}

/** Keeps histories over the end of the process. Calls take effect in the order made. */
export interface HistoryStore {
  load(): MaybePromise<readonly StoredHistory[]>;
  /** Keeps where a history begins; resolves when it would outlive the process. */
  begin(channel: string, position: Position): Promise<void>;
  /** Resolves when the publication, which has its position, would outlive the process and a loss of power. */
  append(publication: Publication, more: { readonly until: number; readonly version: number }): Promise<void>;
  /** Forgets what is older than a position, which becomes the floor. Nobody waits for it. */
  trim(channel: string, floor: Position): void;
  /** Forgets a channel. */
  forget(channel: string): void;
}
