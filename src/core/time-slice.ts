/** Milliseconds. */
const SHORTEST = 5;
const LONGEST = 40;

/**
 * The time that work on many connections takes before everybody else gets a turn. Each slice is as long as the others took since
 * the one before, from 5 to 40 milliseconds: otherwise what comes in would outrun what goes out.
 */
export class TimeSlice {
  /** A power of two less one. */
  readonly #mask: number;
  #steps = 0;
  #end = 0;
  #pausedAt: number | undefined;

  /** Looks at the clock once in so many steps, a power of two. */
  constructor(looks: number) {
    this.#mask = looks - 1;
  }

  /** Begins a slice: the next one of the same work, or the first one. Work of few steps costs no look at the clock. */
  begin(): void {
    this.#steps = 0;
    this.#end = 0;
  }

  /** Counts a step; true where the slice is over and the rest has to wait. */
  isOver(): boolean {
    return (++this.#steps & this.#mask) === 0 && this.#look();
  }

  /** The work is done. */
  done(): void {
    this.#pausedAt = undefined;
  }

  #look(): boolean {
    const now = performance.now();
    if (this.#end === 0) {
      const others = this.#pausedAt === undefined ? 0 : now - this.#pausedAt;
      this.#end = now + Math.min(LONGEST, Math.max(SHORTEST, others));
      return false;
    }
    if (now < this.#end) return false;
    this.#pausedAt = now;
    return true;
  }
}
