/** Calls that are remembered though they have been answered. */
const MOST = 1000;

/**
 * Knows which calls have been answered before the last of their arguments came: what still comes is ignored, and is no
 * call of its own. [WAMP2 §Progressive Call Invocations]
 */
export class LateArguments {
  /** Calls whose last arguments have not come; of these, those that have been answered. */
  readonly #unfinished = new Set<number>();
  readonly #answered = new Set<number>();

  /** Whether arguments have come too late; `continues` if they are not the last. */
  areLate(request: number, continues: boolean): boolean {
    if (this.#answered.has(request)) {
      if (!continues) this.#answered.delete(request);
      return true;
    }
    if (continues) this.#unfinished.add(request);
    else this.#unfinished.delete(request);
    return false;
  }

  answered(request: number): void {
    if (!this.#unfinished.delete(request)) return;
    this.#answered.add(request);
    const [oldest] = this.#answered;
    if (this.#answered.size > MOST && oldest !== undefined) this.#answered.delete(oldest);
  }
}
