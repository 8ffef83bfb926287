/** How many messages a peer may send: `rate` per second in the long run, `burst` at once. */
export interface Rate {
  readonly rate: number;
  readonly burst: number;
}

/**
 * A token bucket that may go into debt: messages that have arrived already are taken, and the debt says how long
 * the peer is not read after them. Nothing is lost, and a flooding peer slows itself down.
 */
export class TokenBucket {
  readonly #limit: Rate;
  #tokens: number;
  #at: number;

  constructor(limit: Rate, now: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#at = now;
  }

  /** Takes a token; returns the milliseconds until the bucket is out of debt, 0 when it is not in debt. */
  take(now: number): number {
    const { rate, burst } = this.#limit;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * rate) / 1000) - 1;
    this.#at = now;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens * 1000) / rate);
  }
}
