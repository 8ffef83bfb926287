import { newHistory, type Position, samePosition } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import { separated } from '../core/spelling.js';

/** A publication that is kept in memory. */
export interface HistoryItem {
  readonly publication: Publication;
  readonly channel: HistoryChannel;
  readonly weight: number;
  /** When it ceases to be kept. */
  readonly until: number;
  isGone: boolean;
}

/** The history of one channel in memory. */
export interface HistoryChannel {
  readonly key: string;
  readonly name: string;
  /** Oldest first. */
  readonly entries: HistoryItem[];
  /** The place before the oldest entry. */
  floor: Position;
  /** That of the newest publication, kept or not. */
  top: Position;
  /** The greatest so far. */
  version: number;
  /** Whether the node has subscribers, whose position must not be forgotten. */
  isSubscribed: boolean;
  /** When nobody can come back any more to what was published last. */
  until: number;
}

export function newChannel(key: string): HistoryChannel {
  const top = newHistory();
  const state = { floor: top, top, version: 0, isSubscribed: false, until: 0 };
  return { key, name: separated(key), entries: [], ...state };
}

/** What follows a position; undefined where the channel does not know it. */
export function itemsAfter(
  { entries, floor }: HistoryChannel,
  since: Position,
): readonly HistoryItem[] | undefined {
  const from = since.offset - floor.offset;
  const known = from === 0 ? floor : entries[from - 1]?.publication.position;
  return known !== undefined && samePosition(known, since) ? entries.slice(from) : undefined;
}
