/** When something is due, to the second. Nothing is done for what is not. */
export class Deadlines<T> {
  readonly #bySecond = new Map<number, Set<T>>();
  readonly #seconds = new Map<T, number>();
  #past: number;

  /** `now` and all times are milliseconds since 1970. */
  constructor(now: number) {
    this.#past = secondOf(now);
  }

  /** Replaces an earlier time of the same item. A time in the past is due at once. */
  set(item: T, time: number): void {
    this.delete(item);
    const second = Math.max(this.#past + 1, Math.ceil(time / 1000));
    const items = this.#bySecond.get(second) ?? new Set();
    this.#bySecond.set(second, items.add(item));
    this.#seconds.set(item, second);
  }

  delete(item: T): void {
    const second = this.#seconds.get(item);
    if (second === undefined) return;
    this.#seconds.delete(item);
    const items = this.#bySecond.get(second);
    items?.delete(item);
    if (items?.size === 0) this.#bySecond.delete(second);
  }

  /** Takes out what has become due. A clock that was set back makes nothing due twice. */
  take(now: number): readonly T[] {
    const present = secondOf(now);
    if (present <= this.#past) return [];
    const due = this.#secondsUpTo(present).flatMap((second) => [...(this.#bySecond.get(second) ?? [])]);
    this.#past = present;
    for (const item of due) this.delete(item);
    return due;
  }

  /** After a long pause there are fewer entries than seconds. */
  #secondsUpTo(present: number): number[] {
    const passed = present - this.#past;
    if (passed > this.#bySecond.size) {
      return [...this.#bySecond.keys()].filter((second) => second <= present).sort((a, b) => a - b);
    }
    return Array.from({ length: passed }, (_, i) => this.#past + 1 + i);
  }
}

function secondOf(time: number): number {
  return Math.floor(time / 1000);
}
