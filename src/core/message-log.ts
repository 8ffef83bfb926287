import type { MaybePromise } from './maybe-promise.js';
import type { Publication } from './publication.js';

/** How long the messages of a route are kept in the log. */
export interface LogPolicy {
  /** Milliseconds; undefined for good. */
  readonly ttl: number | undefined;
}

/** A line of the log. */
export interface LoggedMessage {
  /** Orders the lines: a greater one came later. */
  readonly key: number;
  readonly publication: Publication;
}

/** Lines of the log, in the order of their keys. */
export interface LogPage {
  readonly lines: readonly LoggedMessage[];
  /** The `before` of the next page, or its `after` where only that was asked for; undefined on the last one. */
  readonly next: number | undefined;
}

/** Which lines are wanted. All conditions hold together. */
export interface LogQuery {
  /** Of these channels; at least one. */
  readonly channels: readonly string[];
  /** Words that the texts of the payload hold, in any order and without regard to case or accents. */
  readonly text?: string | undefined;
  /** Milliseconds since 1970, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number | undefined;
  /** Older than the line of this key. */
  readonly before?: number | undefined;
  /** Later than the line of this key. */
  readonly after?: number | undefined;
  /** A whole number of at least 1. */
  readonly limit: number;
}

/** Keeps messages of routes with a log for good, and finds them again. */
export interface MessageLog {
  /** Resolves when the message would outlive the process. Nothing is delivered before. Calls take effect in the order made. */
  append(publication: Publication, policy: LogPolicy): MaybePromise<void>;
  /** The newest lines that fit, or with `after` alone the oldest. Of large ones there are fewer on a page than `limit`. */
  search(query: LogQuery): Promise<LogPage>;
  close(): Promise<void>;
}
