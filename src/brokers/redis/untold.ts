type Say = () => Promise<void>;

/** What has to be said to Redis, and could not be yet: it is said again in the order in which it came. */
export class Untold {
  #waiting: Say[] = [];
  #telling: Promise<void> | undefined;

  get size(): number {
    return this.#waiting.length;
  }

  /** Rejects where it could not be said now. */
  async tell(say: Say): Promise<void> {
    try {
      await say();
    } catch (error) {
      this.#waiting.push(say);
      throw error;
    }
  }

  /** Says what waits, as far as it can be said. Never rejects. */
  tellAll(): Promise<void> {
    this.#telling ??= this.#tellEach().finally(() => (this.#telling = undefined));
    return this.#telling;
  }

  async #tellEach(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [i, say] of waiting.entries()) {
      try {
        await say();
      } catch {
        this.#waiting = [...waiting.slice(i), ...this.#waiting];
        return;
      }
    }
  }
}
