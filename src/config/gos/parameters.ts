/** Parameters of Symfony's container, to be put in place of `%name%`. */
export class Parameters {
  readonly #values = new Map<string, string>();

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  get(name: string): string | undefined {
    const value = this.#of(name);
    return value === undefined ? undefined : this.resolve(value);
  }

  /** The text with its parameters; undefined where one is not known, as most of the environment. */
  resolve(text: string, depth = 0): string | undefined {
    let isKnown = depth < 10;
    const resolved = text.replaceAll(/%([^%\s]+)%/g, (_whole, name: string) => {
      const value = this.#of(name);
      const inner = value === undefined || !isKnown ? undefined : this.resolve(value, depth + 1);
      if (inner === undefined) isKnown = false;
      return inner ?? '';
    });
    return isKnown ? resolved : undefined;
  }

  /** `env(int:PORT)` is `env(PORT)`: what a processor makes of it is a text here. */
  #of(name: string): string | undefined {
    return this.#values.get(name.replace(/^env\((?:\w+:)+(?=\w+\)$)/, 'env('));
  }
}
