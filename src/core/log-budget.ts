/** Lines of one kind that a node writes in a second. */
const LINES = 50;

/** How much may be logged of what strangers cause, so that they cannot fill a disk. */
export class LogBudget {
  #second = 0;
  #written = 0;
  #left = 0;

  /** Undefined when nothing more may be written in this second; else how many lines have been left out before. */
  spend(now: number): number | undefined {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#written = 0;
    }
    if (this.#written >= LINES) {
      this.#left++;
      return undefined;
    }
    this.#written++;
    const left = this.#left;
    this.#left = 0;
    return left;
  }
}
