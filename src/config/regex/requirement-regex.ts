import { BEYOND_ASCII, contains, overlap, SLASH } from './char-set.js';
import { parseRegex } from './parser.js';
import { print, type Regex } from './syntax.js';

/** A requirement's expression as read: its tree, and its text as JavaScript runs it. */
export interface RequirementRegex {
  readonly tree: Regex;
  readonly text: string;
}

/** Reads a requirement without the anchors around it. Throws `RegexFault` with an index into `text`. */
export function readRequirement(text: string, utf8: boolean): RequirementRegex {
  const start = anchorLength(text);
  const tree = parseRegex(withoutEnd(text.slice(start)), utf8);
  return { tree, text: print(tree) };
}

/** How many characters `readRequirement` leaves out at the front. */
export function anchorLength(text: string): number {
  return text.startsWith('^') ? 1 : 0;
}

/** Whether a requirement says nothing once its anchors are gone. */
export function saysNothing(text: string): boolean {
  return withoutEnd(text.slice(anchorLength(text))) === '';
}

/** Whether the expression may match a text with a slash. */
export function maySpan(regex: Regex): boolean {
  return someSet(regex, (set) => overlap(set, SLASH));
}

/** Whether every text of any length but zero matches: `.+` or `.*`. */
export function takesAll({ options }: Regex): boolean {
  return options.some(([item, ...more]) => {
    const whole = more.length === 0 && item?.atom.kind === 'set' && item.atom.text === '.';
    return whole && item.min <= 1 && item.max === Infinity;
  });
}

/** Whether every text of `part` matches `whole`, as far as can be told without doubt. */
export function covers(whole: Regex, part: Regex): boolean {
  if (takesAll(whole) || print(whole) === print(part)) return true;
  return whole.options.some(([item, ...more]) => {
    if (item?.atom.kind !== 'set' || more.length > 0 || item.min > 1 || item.max !== Infinity) return false;
    const { set, text } = item.atom;
    if (/\\[pP]/.test(text)) return false;
    // beyond ASCII a set is not known exactly, unless it names what it leaves out
    const known = /^\[\^[ -~]*\]$/.test(text) ? set : set & ~BEYOND_ASCII;
    return !someSet(part, (other) => !contains(known, other));
  });
}

function withoutEnd(text: string): string {
  return /(?<!\\)(?:\\\\)*\$$/.test(text) ? text.slice(0, -1) : text;
}

function someSet({ options }: Regex, holds: (set: bigint) => boolean): boolean {
  return options.some((option) =>
    option.some(({ atom }) => {
      if (atom.kind === 'set') return holds(atom.set);
      return atom.kind !== 'boundary' && someSet(atom.body, holds);
    }),
  );
}
