/** When something is due, to the second or to what is said. Nothing is done for what is not. */
export class Deadlines<T> {
  readonly #byTick = new Map<number, Set<T>>();
  readonly #ticks = new Map<T, number>();
  readonly #resolution: number;
  #past: number;

  /** `now` and all times are milliseconds by one clock. */
  constructor(now: number, { resolution = 1000 } = {}) {
    this.#resolution = resolution;
    this.#past = this.#tickOf(now);
  }

  get size(): number {
    return this.#ticks.size;
  }

  /** Replaces an earlier time of the same item. A time in the past is due at once. */
  set(item: T, time: number): void {
    this.delete(item);
    const tick = Math.max(this.#past + 1, Math.ceil(time / this.#resolution));
    const items = this.#byTick.get(tick) ?? new Set();
    this.#byTick.set(tick, items.add(item));
    this.#ticks.set(item, tick);
  }

  delete(item: T): void {
    const tick = this.#ticks.get(item);
    if (tick === undefined) return;
    this.#ticks.delete(item);
    const items = this.#byTick.get(tick);
    items?.delete(item);
    if (items?.size === 0) this.#byTick.delete(tick);
  }

  /** Takes out what has become due. A clock that was set back makes nothing due twice. */
  take(now: number): readonly T[] {
    const present = this.#tickOf(now);
    if (present <= this.#past) return [];
    const due = this.#ticksUpTo(present).flatMap((tick) => [...(this.#byTick.get(tick) ?? [])]);
    this.#past = present;
    for (const item of due) this.delete(item);
    return due;
  }

  /** After a long pause there are fewer entries than ticks. */
  #ticksUpTo(present: number): number[] {
    const passed = present - this.#past;
    if (passed > this.#byTick.size) {
      return [...this.#byTick.keys()].filter((tick) => tick <= present).sort((a, b) => a - b);
    }
    return Array.from({ length: passed }, (_, i) => this.#past + 1 + i);
  }

  #tickOf(time: number): number {
    return Math.floor(time / this.#resolution);
  }
}
