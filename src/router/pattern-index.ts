import type { Match } from '../core/match.js';
import { separated } from '../core/spelling.js';

interface Node<T> {
  readonly children: Map<string, Node<T>>;
  any: Node<T> | undefined;
  value: T | undefined;
}

/** Parts of a wildcard beyond which it is refused: each one that is empty may double the paths of a search. */
export const MOST_PARTS = 32;

/**
 * Values by pattern, found by name at a cost that does not grow with the number of patterns that do not match. `.` and
 * `/` are the same separator here, in patterns as in names.
 */
export class PatternIndex<T> {
  readonly #prefixes = new Map<string, T>();
  /** How many prefixes there are of each length; the longest first when listed. */
  readonly #lengths = new Map<number, number>();
  #sorted: readonly number[] = [];
  #root: Node<T> = node();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(match: Exclude<Match, 'exact'>, pattern: string): T | undefined {
    const name = separated(pattern);
    return match === 'prefix' ? this.#prefixes.get(name) : this.#find(name.split('/'))?.value;
  }

  /** There must not be one of the same pattern. */
  add(match: Exclude<Match, 'exact'>, pattern: string, value: T): void {
    const name = separated(pattern);
    this.#size++;
    if (match === 'prefix') {
      this.#prefixes.set(name, value);
      this.#count(name.length, 1);
    } else this.#grow(name.split('/')).value = value;
  }

  delete(match: Exclude<Match, 'exact'>, pattern: string): void {
    const name = separated(pattern);
    if (match === 'prefix' ? !this.#prefixes.delete(name) : !prune(this.#root, name.split('/'), 0)) return;
    this.#size--;
    if (match === 'prefix') this.#count(name.length, -1);
  }

  /**
   * What matches a name, the most fitting first: longer prefixes before shorter ones, then wildcards, and of these the
   * one whose text before its first wildcard is longer, then before its second, and so on. A prefix that ends within a
   * part of the name comes after them all, as its whole parts alone count. [WAMP2 §Pattern-based registrations]
   */
  matches(text: string): readonly T[] {
    if (this.#size === 0) return [];
    const name = separated(text);
    const found: T[] = [];
    const cut: T[] = [];
    for (const length of this.#sorted) {
      const value = length <= name.length ? this.#prefixes.get(name.slice(0, length)) : undefined;
      if (value !== undefined) (endsPart(name, length) ? found : cut).push(value);
    }
    collect(this.#root, name.split('/'), 0, found);
    return cut.length === 0 ? found : found.concat(cut);
  }

  #count(length: number, change: 1 | -1): void {
    const count = (this.#lengths.get(length) ?? 0) + change;
    if (count === 0) this.#lengths.delete(length);
    else this.#lengths.set(length, count);
    this.#sorted = [...this.#lengths.keys()].sort((a, b) => b - a);
  }

  #find(parts: readonly string[]): Node<T> | undefined {
    let at: Node<T> | undefined = this.#root;
    for (const part of parts) at = part === '' ? at?.any : at?.children.get(part);
    return at;
  }

  #grow(parts: readonly string[]): Node<T> {
    let at = this.#root;
    for (const part of parts) {
      const next = (part === '' ? at.any : at.children.get(part)) ?? node<T>();
      if (part === '') at.any = next;
      else at.children.set(part, next);
      at = next;
    }
    return at;
  }
}

function node<T>(): Node<T> {
  return { children: new Map(), any: undefined, value: undefined };
}

/** Whether a part of a name ends at a place. */
function endsPart(name: string, at: number): boolean {
  return at > 0 && (at === name.length || name[at] === '/' || name[at - 1] === '/');
}

function collect<T>(at: Node<T>, parts: readonly string[], depth: number, found: T[]): void {
  const part = parts[depth];
  if (part === undefined) {
    if (at.value !== undefined) found.push(at.value);
    return;
  }
  const child = at.children.get(part);
  if (child !== undefined) collect(child, parts, depth + 1, found);
  if (at.any !== undefined) collect(at.any, parts, depth + 1, found);
}

/** Takes a value and the nodes out that were there for it alone; false where there is none. */
function prune<T>(at: Node<T>, parts: readonly string[], depth: number): boolean {
  const part = parts[depth];
  if (part === undefined) {
    const had = at.value !== undefined;
    at.value = undefined;
    return had;
  }
  const child = part === '' ? at.any : at.children.get(part);
  if (child === undefined || !prune(child, parts, depth + 1)) return false;
  if (child.value === undefined && child.any === undefined && child.children.size === 0) {
    if (part === '') at.any = undefined;
    else at.children.delete(part);
  }
  return true;
}
