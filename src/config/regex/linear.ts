import { type CharSet, overlap } from './char-set.js';
import type { Atom, Item, Regex, Sequence } from './syntax.js';

const MOST_POSITIONS = 600;
const MOST_WAYS = 1000;

/** Raised inside this file where an expression is not simple enough to be sure of. */
const UNSURE = Symbol('unsure');

/**
 * Whether an expression, matched as a whole, is sure to take linear time: in each alternative either every character
 * leaves at most one way on (no two ways can start with the same character), or there are few ways in all.
 * False means that it has to be judged by someone else.
 */
export function surelyLinear({ options }: Regex): boolean {
  if (options.length > MOST_WAYS) return false;
  return options.every((option) => ways({ options: [option] }) <= MOST_WAYS || deterministic(option));
}

/** In how many ways a text could be read, `Infinity` where a repeat has no bound. */
function ways({ options }: Regex): number {
  return sum(options.map((option) => option.reduce((product, item) => product * itemWays(item), 1)));
}

function itemWays({ atom, min, max }: Item): number {
  if (atom.kind === 'look') return Infinity;
  if (max === Infinity) return Infinity;
  const each = atom.kind === 'group' ? ways(atom.body) : 1;
  return (max - min + 1) * each ** Math.max(1, max);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

/** One part of an expression: the characters it can start and end with, by position. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly nullable: boolean;
}

const EMPTY: Part = { first: [], last: [], nullable: true };

function deterministic(option: Sequence): boolean {
  try {
    return new Glushkov().accepts(option);
  } catch (cause) {
    if (cause === UNSURE) return false;
    throw cause;
  }
}

/** The automaton of an expression, which has a state for each character written in it. [Brüggemann-Klein, Wood 1998] */
class Glushkov {
  readonly #sets: CharSet[] = [];
  readonly #next: Set<number>[] = [];

  accepts(option: Sequence): boolean {
    const whole = this.#sequence(option);
    return this.#distinct(whole.first) && this.#next.every((next) => this.#distinct([...next]));
  }

  #regex({ options }: Regex): Part {
    const parts = options.map((option) => this.#sequence(option));
    if (parts.filter((part) => part.nullable).length > 1) throw UNSURE;
    return {
      first: parts.flatMap((part) => part.first),
      last: parts.flatMap((part) => part.last),
      nullable: parts.some((part) => part.nullable),
    };
  }

  #sequence(items: Sequence): Part {
    return items.reduce<Part>((before, item) => this.#join(before, this.#item(item)), EMPTY);
  }

  #join(a: Part, b: Part): Part {
    this.#link(a.last, b.first);
    return {
      first: a.nullable ? [...a.first, ...b.first] : a.first,
      last: b.nullable ? [...a.last, ...b.last] : b.last,
      nullable: a.nullable && b.nullable,
    };
  }

  #item({ atom, min, max }: Item): Part {
    const copies = max === Infinity ? Math.max(1, min) : max;
    let whole = EMPTY;
    for (let n = copies; n >= 1; n--) {
      const part = this.#atom(atom);
      if (part.nullable && copies > 1) throw UNSURE;
      if (n === copies && max === Infinity) this.#loop(part);
      // copies beyond the minimum are nested, a(a(a)?)?, so that there is one way to read each count
      const rest = this.#join(part, whole);
      whole = n > min ? { ...rest, nullable: true } : rest;
    }
    return whole;
  }

  #loop(part: Part): void {
    if (part.nullable) throw UNSURE;
    this.#link(part.last, part.first);
  }

  #atom(atom: Atom): Part {
    if (atom.kind === 'group') return this.#regex(atom.body);
    if (atom.kind !== 'set') throw UNSURE;
    if (this.#sets.length >= MOST_POSITIONS) throw UNSURE;
    const position = this.#sets.push(atom.set) - 1;
    this.#next.push(new Set());
    return { first: [position], last: [position], nullable: false };
  }

  /** Two ways to the same place are two ways to read the text. */
  #link(from: readonly number[], to: readonly number[]): void {
    for (const position of from) {
      const next = this.#next[position];
      for (const target of to) {
        if (next === undefined || next.has(target)) throw UNSURE;
        next.add(target);
      }
    }
  }

  #distinct(positions: readonly number[]): boolean {
    let seen: CharSet = 0n;
    for (const position of positions) {
      const set = this.#sets[position] ?? 0n;
      if (overlap(seen, set)) return false;
      seen |= set;
    }
    return true;
  }
}
