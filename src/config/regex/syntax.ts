import type { CharSet } from './char-set.js';

/** A regular expression as a tree; groups never capture. */
export interface Regex {
  readonly options: readonly Sequence[];
}

export type Sequence = readonly Item[];

/** Something, and how often. */
export interface Item {
  readonly atom: Atom;
  readonly min: number;
  /** `Infinity` for no bound. */
  readonly max: number;
  readonly lazy: boolean;
}

export type Atom =
  | { readonly kind: 'set'; readonly set: CharSet; readonly text: string }
  | { readonly kind: 'group'; readonly body: Regex }
  /** `(?=`, `(?!`, `(?<=`, `(?<!`. */
  | { readonly kind: 'look'; readonly open: string; readonly body: Regex }
  /** `\b`, `\B`. */
  | { readonly kind: 'boundary'; readonly text: string };

/** The tree as JavaScript writes it, the same with and without the flag `u`. */
export function print({ options }: Regex): string {
  return options.map((sequence) => sequence.map(printItem).join('')).join('|');
}

function printItem({ atom, min, max, lazy }: Item): string {
  const times = quantifier(min, max);
  const text = printAtom(atom);
  // without the flag u, a character beyond the basic plane is two, and only the second would be repeated
  const whole = times !== '' && /^[\ud800-\udbff]/.test(text) ? `(?:${text})` : text;
  return `${whole}${times}${lazy ? '?' : ''}`;
}

function printAtom(atom: Atom): string {
  if (atom.kind === 'group') return `(?:${print(atom.body)})`;
  return atom.kind === 'look' ? `${atom.open}${print(atom.body)})` : atom.text;
}

function quantifier(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === max) return min === 1 ? '' : `{${min}}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
}
