/** Whether a stream has been silent for too long. */
export class Silence {
  readonly #abort = new AbortController();
  readonly #longest: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(longest: number) {
    this.#longest = longest;
    this.isBroken();
  }

  /** Is aborted then. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  isBroken(): void {
    this.stop();
    this.#timer = setTimeout(() => this.#abort.abort(), this.#longest);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
