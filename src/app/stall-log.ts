import type { Logger } from '../core/logger.js';

/** Milliseconds that the event loop has to stand still to be worth a line. */
const LONG = 1000;
/** Milliseconds between two lines. */
const PAUSE = 60_000;

/** Writes a line when the event loop stood still, one a minute at most; the next says how many were left out. */
export class StallLog {
  readonly #logger: Logger;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #omitted = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** That the loop was late by `ms` milliseconds, at `now` milliseconds of a clock that only goes on. */
  observe(ms: number, now: number): void {
    if (ms < LONG) return;
    if (now - this.#writtenAt < PAUSE) {
      this.#omitted++;
      return;
    }
    const omitted = this.#omitted === 0 ? undefined : { omitted: this.#omitted };
    this.#writtenAt = now;
    this.#omitted = 0;
    this.#logger.warn({ event: 'event_loop_blocked', ms: Math.round(ms), ...omitted }, 'event loop blocked');
  }
}
