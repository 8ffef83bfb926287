interface Wait {
  readonly at: number;
  readonly done: () => void;
}

/** Those who wait until what was sent has gone, for connections that send each frame by itself and in order. */
export class SentCount {
  readonly #waiting: Wait[] = [];
  #given = 0;
  #gone = 0;

  /** What was to be sent so far, and what of that has gone. */
  get given(): number {
    return this.#given;
  }

  get gone(): number {
    return this.#gone;
  }

  /** One more is to be sent. */
  give(): void {
    this.#given++;
  }

  /** The oldest so many have gone. */
  went(count: number): void {
    this.#gone += count;
    const left = this.#waiting.findIndex(({ at }) => at > this.#gone);
    const over = this.#waiting.splice(0, left < 0 ? this.#waiting.length : left);
    for (const { done } of over) done();
  }

  /** The callback of each one's write. */
  readonly oneWent = (error?: Error | null): void => {
    if (!error) this.went(1);
  };

  /** Calls back when all that was given so far has gone. */
  wait(done: () => void): void {
    if (this.#given === this.#gone) queueMicrotask(done);
    else this.#waiting.push({ at: this.#given, done });
  }
}
