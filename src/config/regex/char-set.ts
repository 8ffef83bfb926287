/** A set of characters: one bit for each of ASCII, and one for all others together. */
export type CharSet = bigint;

const OTHERS = 1n << 128n;
/** Every character: the dot, since expressions run with the flag `s`. */
export const ALL: CharSet = (OTHERS << 1n) - 1n;

export function charSet(from: number, to = from): CharSet {
  if (from > 127) return OTHERS;
  const ascii = ((1n << BigInt(Math.min(to, 127) - from + 1)) - 1n) << BigInt(from);
  return to > 127 ? ascii | OTHERS : ascii;
}

/** All others; characters beyond ASCII stay in, since the set may name only some of them. */
export function inverse(set: CharSet): CharSet {
  return (ALL & ~set) | OTHERS;
}

export function overlap(a: CharSet, b: CharSet): boolean {
  return (a & b) !== 0n;
}

export function contains(whole: CharSet, part: CharSet): boolean {
  return (part & ~whole) === 0n;
}

const DIGIT = charSet(0x30, 0x39);
const WORD = DIGIT | charSet(0x41, 0x5a) | charSet(0x61, 0x7a) | charSet(0x5f);
const SPACE = charSet(0x09, 0x0d) | charSet(0x20) | OTHERS;

/** The sets of `\d \D \w \W \s \S`. */
export const CLASSES: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  D: ALL & ~DIGIT,
  w: WORD,
  W: ALL & ~WORD,
  s: SPACE,
  S: inverse(SPACE),
};

export const SLASH = charSet(0x2f);
export const BEYOND_ASCII = OTHERS;
