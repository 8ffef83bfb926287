/** A question to all nodes, each of which answers with a text. */
export class Survey {
  readonly #patience: number;
  readonly #answers = new Map<string, string>();
  #asked: readonly string[] | undefined;
  #finish: () => void = () => undefined;

  /** `patience` is how long is waited for those that are silent, in milliseconds. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** An answer, which may come before it is known who is to give one. */
  answer(node: string, text: string): void {
    this.#answers.set(node, text);
    this.#look();
  }

  /** Resolves to what those of these nodes say that answer in time. */
  answersOf(nodes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.stop(), this.#patience);
      this.#finish = () => {
        clearTimeout(timer);
        resolve(new Map([...this.#answers].filter(([node]) => nodes.includes(node))));
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
