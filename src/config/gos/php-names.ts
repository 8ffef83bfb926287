/** What a class that stands in a file by its short name is called. */
export class PhpNames {
  namespace = '';
  readonly #used = new Map<string, string>();

  use(whole: string, alias: string | undefined): void {
    const name = whole.replace(/^\\/, '');
    this.#used.set((alias ?? lastPart(name)).toLowerCase(), name);
  }

  whole(name: string): string {
    if (name.startsWith('\\')) return name.slice(1);
    const [first = name, ...rest] = name.split('\\');
    const used = this.#used.get(first.toLowerCase());
    if (used !== undefined) return [used, ...rest].join('\\');
    return this.inside(name);
  }

  /** What is declared here. */
  inside(name: string): string {
    return this.namespace === '' ? name : `${this.namespace}\\${name}`;
  }
}

/** A name without its namespace. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1);
}
