/** How long a key is remembered, in milliseconds. */
export const KEY_LIFETIME = 5 * 60_000;

interface Remembered<T> {
  readonly value: T;
  readonly until: number;
}

/** What came of attempts, by their key; the oldest go first. */
export class RecentKeys<T> {
  readonly #most: number;
  readonly #clock: () => number;
  /** In the order of their end, since all live equally long. */
  readonly #keys = new Map<string, Remembered<T>>();

  /** `clock` gives milliseconds since 1970. */
  constructor(most: number, clock: () => number) {
    this.#most = most;
    this.#clock = clock;
  }

  get(key: string): T | undefined {
    this.#forget();
    return this.#keys.get(key)?.value;
  }

  set(key: string, value: T): void {
    this.#keys.set(key, { value, until: this.#clock() + KEY_LIFETIME });
    this.#forget();
  }

  clear(): void {
    this.#keys.clear();
  }

  #forget(): void {
    const now = this.#clock();
    for (const [key, { until }] of this.#keys) {
      if (until > now && this.#keys.size <= this.#most) return;
      this.#keys.delete(key);
    }
  }
}
