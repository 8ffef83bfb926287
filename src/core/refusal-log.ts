import type { Logger } from './logger.js';
import { type Rate, TokenBucket } from './token-bucket.js';

/** Lines about refusals: per second in the long run, and at once. What strangers cause must not fill a disk. */
const LINES: Rate = { rate: 20, burst: 200 };

/** Writes a line for each refusal while they are few, and says how many were left out when they were many. */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #bucket = new TokenBucket(LINES, performance.now());
  #leftOut = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** At the level `info`. */
  write(fields: Readonly<Record<string, unknown>>, event: string): void {
    if (this.#bucket.tryTake(performance.now()) > 0) {
      this.#leftOut++;
      return;
    }
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.#logger.info(leftOut === 0 ? fields : { ...fields, leftOut }, event);
  }
}
