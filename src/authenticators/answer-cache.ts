/** Keeps values for a while; of too many the oldest ones go. */
export class AnswerCache<T> {
  readonly #kept = new Map<string, { readonly value: T; readonly until: number }>();
  readonly #size: number;
  readonly #clock: () => number;

  constructor(size: number, clock: () => number) {
    this.#size = size;
    this.#clock = clock;
  }

  get size(): number {
    return this.#kept.size;
  }

  get(key: string): T | undefined {
    const found = this.#kept.get(key);
    if (found === undefined || found.until > this.#clock()) return found?.value;
    this.#kept.delete(key);
    return undefined;
  }

  /** `until` in milliseconds of the clock. */
  keep(key: string, value: T, until: number): void {
    if (until <= this.#clock()) return;
    this.#kept.delete(key);
    this.#kept.set(key, { value, until });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#size && oldest !== undefined) this.#kept.delete(oldest);
  }
}
