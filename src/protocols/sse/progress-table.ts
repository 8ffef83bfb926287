import type { Progress } from './progress.js';

/** How far the streams of this node are, by what they hear: of each the newest that others may share. */
export class ProgressTable {
  readonly #newest = new Map<string, Progress>();

  /** For a stream that is as far as `own` says; returns what it has from now on, perhaps together with others. */
  enter(own: Progress): Progress {
    const newest = this.#newest.get(own.key);
    const chosen = newest?.suits(own) === true ? newest : own;
    this.#newest.set(own.key, chosen);
    chosen.streams++;
    return chosen;
  }

  leave(progress: Progress): void {
    progress.streams--;
    if (progress.streams === 0 && this.#newest.get(progress.key) === progress)
      this.#newest.delete(progress.key);
  }
}
