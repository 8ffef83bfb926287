/** How often something may happen: `rate` times per second in the long run, `burst` times at once. */
export interface Rate {
  readonly rate: number;
  readonly burst: number;
}

/** Counts what may happen at a rate. Times are milliseconds of one clock, such as `performance.now()`. */
export class TokenBucket {
  readonly #limit: Rate;
  #tokens: number;
  #at: number;

  constructor(limit: Rate, now: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#at = now;
  }

  /**
   * Takes tokens, into debt if there are none, for what cannot be refused any more: messages that have arrived, an
   * attempt that has failed. Returns the milliseconds until the bucket is out of debt, 0 when it is not in debt.
   */
  take(now: number, tokens = 1): number {
    this.#fill(now);
    this.#tokens -= tokens;
    return this.#until(0);
  }

  /** Takes a token if there is one, and returns 0; otherwise the milliseconds until there is one. */
  tryTake(now: number): number {
    const wait = this.wait(now);
    if (wait === 0) this.#tokens -= 1;
    return wait;
  }

  /** The milliseconds until there is a token, 0 when there is one; takes none. */
  wait(now: number): number {
    this.#fill(now);
    return this.#until(1);
  }

  /** Whether it is as full as a new one, and may be forgotten. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#limit.burst;
  }

  #fill(now: number): void {
    const { rate, burst } = this.#limit;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * rate) / 1000);
    this.#at = now;
  }

  #until(tokens: number): number {
    return this.#tokens >= tokens ? 0 : Math.ceil(((tokens - this.#tokens) * 1000) / this.#limit.rate);
  }
}

const PERIODS = [
  ['s', 1],
  ['m', 60],
  ['h', 3600],
] as const;

/** The long-run rate as settings have it: `200/s`, `10/m`, `5/h`. */
export function rateText({ rate }: Rate): string {
  const [unit, seconds] = PERIODS.find(([, period]) => rate * period >= 1) ?? (['h', 3600] as const);
  return `${Number((rate * seconds).toFixed(2))}/${unit}`;
}
