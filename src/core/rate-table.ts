import { type Rate, TokenBucket } from './token-bucket.js';

/** Keys remembered unless said otherwise. */
const SIZE = 10_000;

/**
 * A token bucket for each key, such as an address. Buckets that are full again are forgotten as others come, and never
 * more than `size` are kept: of more keys at once the one that was used longest ago starts anew. No timer runs.
 */
export class RateTable {
  readonly limit: Rate;
  readonly #size: number;
  /** The one that was used longest ago comes first. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limit: Rate, size = SIZE) {
    this.limit = limit;
    this.#size = size;
  }

  /** Keys remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token of the key, into debt if there is none. */
  take(key: string, now: number): void {
    this.bucket(key, now).take(now);
  }

  /** Takes a token of the key if there is one, and returns 0; otherwise the milliseconds until there is one. */
  tryTake(key: string, now: number): number {
    return this.bucket(key, now).tryTake(now);
  }

  /** The milliseconds until the key has a token, 0 when it has one; takes and remembers nothing. */
  wait(key: string, now: number): number {
    return this.#buckets.get(key)?.wait(now) ?? 0;
  }

  /** The bucket of the key, for who looks after its tokens itself. */
  bucket(key: string, now: number): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.limit, now);
    this.#buckets.delete(key);
    this.#forget(now);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  /** Two for each that comes, so that the table shrinks while it is used. */
  #forget(now: number): void {
    for (let i = 0; i < 2; i++) {
      const [oldest] = this.#buckets;
      if (oldest === undefined) return;
      if (this.#buckets.size >= this.#size || oldest[1].isFull(now)) this.#buckets.delete(oldest[0]);
    }
  }
}
