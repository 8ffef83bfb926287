/** A question to all nodes, each of which answers with a number. */
export class Survey {
  readonly #patience: number;
  readonly #answers = new Map<string, number>();
  #asked: readonly string[] | undefined;
  #finish: () => void = () => undefined;

  /** `patience` is how long is waited for those that are silent, in milliseconds. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** An answer, which may come before it is known who is to give one. */
  answer(node: string, count: number): void {
    this.#answers.set(node, count);
    this.#look();
  }

  /** Resolves to the sum of what these nodes answer in time. */
  sumOf(nodes: readonly string[]): Promise<number> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.stop(), this.#patience);
      this.#finish = () => {
        clearTimeout(timer);
        resolve(nodes.reduce((sum, node) => sum + (this.#answers.get(node) ?? 0), 0));
      };
      this.#asked = nodes;
      this.#look();
    });
  }

  /** Waits no longer. */
  stop(): void {
    this.#finish();
  }

  #look(): void {
    if (this.#asked?.every((node) => this.#answers.has(node)) === true) this.#finish();
  }
}
