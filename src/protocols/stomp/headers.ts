/** The headers of one frame. Names are case-sensitive; of a repeated one the first counts. [STOMP 1.2 §Repeated Header Entries] */
export class StompHeaders {
  // Side by side and not a `Map`, whose old tables outlive the frames that they came with.
  readonly #names: string[] = [];
  readonly #values: string[] = [];

  static of(headers: Readonly<Record<string, string>>): StompHeaders {
    const made = new StompHeaders();
    for (const [name, value] of Object.entries(headers)) made.add(name, value);
    return made;
  }

  get size(): number {
    return this.#names.length;
  }

  /** Characters of all names and values. */
  get length(): number {
    let length = 0;
    for (const text of this.#names) length += text.length;
    for (const text of this.#values) length += text.length;
    return length;
  }

  get(name: string): string | undefined {
    const at = this.#names.indexOf(name);
    return at === -1 ? undefined : this.#values[at];
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  /** Does nothing for a name that is there already. */
  add(name: string, value: string): void {
    if (this.#names.includes(name)) return;
    this.#names.push(name);
    this.#values.push(value);
  }

  /** Takes the spaces away that peers of 1.0 put before their values. */
  trim(): void {
    for (let i = 0; i < this.#values.length; i++) this.#values[i] = trimPadding(this.#values[i] ?? '');
  }

  *[Symbol.iterator](): Generator<readonly [name: string, value: string]> {
    for (let i = 0; i < this.#names.length; i++) yield [this.#names[i] ?? '', this.#values[i] ?? ''];
  }
}

/** A value without the spaces that peers of 1.0 put before it. */
export function trimPadding(value: string): string {
  return value.startsWith(' ') ? value.replace(/^ +/, '') : value;
}
