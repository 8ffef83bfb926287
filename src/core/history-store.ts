import type { MaybePromise } from './maybe-promise.js';
import type { Position } from './position.js';
import type { Publication } from './publication.js';

/** A publication that is kept, with its position. */
export interface HistoryEntry {
  readonly publication: Publication;
  /** When it ceases to be kept, in milliseconds since 1970; infinite for never. */
  readonly until: number;
}

/** The history of a channel, or a piece of it. */
export interface StoredHistory {
  readonly channel: string;
  /** The place before the oldest publication that is kept. */
  readonly floor: Position;
  /** The greatest so far; 0 where there was none. */
  readonly version: number;
  /** Oldest first, without a gap. */
  readonly entries: readonly HistoryEntry[];
}

/** Keeps histories over the end of the process. Calls take effect in the order made. */
export interface HistoryStore {
  loadHistories(): MaybePromise<readonly StoredHistory[]>;
  /**
   * Adds the entries to the history, and begins it at the floor where there is none; all or nothing. Resolves when they would
   * outlive the process and a loss of power.
   */
  keepHistory(piece: StoredHistory): Promise<void>;
  /** Forgets what stands up to a position, which becomes the floor. Resolves when it is gone for good. */
  trimHistory(channel: string, floor: Position): Promise<void>;
  forgetHistory(channel: string): Promise<void>;
}
