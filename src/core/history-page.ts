import { RouterError } from './errors.js';
import { type Position, requirePosition, writePosition } from './position.js';
import type { Publication, Publisher } from './publication.js';

/** Publications of one page, unless another number is asked for, and at most. */
const USUAL = 100;
export const MOST_ON_PAGE = 1000;

/** Which part of the history of one channel is wanted. */
export interface HistoryQuery {
  /** What follows this position; undefined for all that is kept. */
  readonly since: Position | undefined;
  /** At most so many publications: a whole number from 1 to 1,000. */
  readonly limit: number;
  /** The newest first. */
  readonly reverse: boolean;
}

/** What was read of the history of one channel. */
export interface HistoryReading {
  readonly channel: string;
  /** Where the channel is; undefined where it has no history. */
  readonly newest: Position | undefined;
  /** Up to where publications have been looked at. */
  readonly reached: Position | undefined;
  /** Whether all that follows `since` is known; undefined where the query named no position. */
  readonly recovered: boolean | undefined;
  readonly publications: readonly Publication[];
}

/** One publication as all protocols tell of it that answer in JSON. */
export interface HistoryItem {
  readonly id: string;
  readonly offset: number | undefined;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly payload: unknown;
  readonly publisher?: Publisher;
}

/** A part of a history as all protocols tell it that answer in JSON, to be written by `writeJson`. */
export interface HistoryPage {
  readonly channel: string;
  /** Where the channel is; null where it has no history. */
  readonly epoch: string | null;
  readonly offset: number | null;
  /** Asked with, as `since`, it gives what follows this page; null where the channel has no history. */
  readonly position: string | null;
  /** Whether there is more already. */
  readonly more: boolean;
  /** False where what follows `since` is not known any more; left out where no position was named. */
  readonly recovered?: boolean;
  readonly publications: readonly HistoryItem[];
}

/** Reads `since`, `limit` and `reverse`. Throws `bad_request`. */
export function readHistoryQuery(given: Readonly<Record<string, unknown>>): HistoryQuery {
  const { since, limit = USUAL, reverse = false } = given;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MOST_ON_PAGE)
    throw new RouterError('bad_request', `limit must be a whole number from 1 to ${MOST_ON_PAGE}`);
  if (typeof reverse !== 'boolean') throw new RouterError('bad_request', 'reverse must be true or false');
  return { since: since == null ? undefined : requirePosition(since), limit, reverse };
}

export function historyPage({
  channel,
  newest,
  reached,
  recovered,
  publications,
}: HistoryReading): HistoryPage {
  return {
    channel,
    epoch: newest?.epoch ?? null,
    offset: newest?.offset ?? null,
    position: reached === undefined ? null : writePosition(reached),
    more: newest?.offset !== reached?.offset,
    ...(recovered !== undefined && { recovered }),
    publications: publications.map(describe),
  };
}

function describe({ id, position, time, payload, publisher }: Publication): HistoryItem {
  return { id, offset: position?.offset, time, payload: payload.value, ...(publisher && { publisher }) };
}
