/** What PCRE knows and JavaScript does not, or reads as something else: how it begins, and what to write instead. */
interface Foreign {
  readonly begins: RegExp;
  readonly name: string;
  readonly hint: string;
}

const NOT_NEEDED = 'remove it: a requirement is always matched as a whole';

export const FOREIGN_GROUPS: readonly Foreign[] = [
  {
    begins: /\(\?P?<(?![=!])|\(\?'/y,
    name: 'a named group',
    hint: 'write (?:...): what a parameter matches is named by the parameter',
  },
  { begins: /\(\?P[=>]|\(\?&/y, name: 'a reference to a named group', hint: 'repeat the expression itself' },
  {
    begins: /\(\?>/y,
    name: 'an atomic group',
    hint: 'write (?:...) and make sure that it can match in one way only',
  },
  { begins: /\(\?\|/y, name: 'a branch reset group', hint: 'write (?:...)' },
  { begins: /\(\?#/y, name: 'a comment', hint: 'put it behind a # at the end of the line, as YAML has it' },
  {
    begins: /\(\?(?:R|0|[+-]?\d+)\)/y,
    name: 'a recursion',
    hint: 'write the expression out as deep as it has to go',
  },
  { begins: /\(\?\(/y, name: 'a condition', hint: 'write both cases as alternatives: (?:a|b)' },
  {
    begins: /\(\?\^?[a-zA-Z]*(?:-[a-zA-Z]+)?[:)]/y,
    name: 'an inline option',
    hint: 'write what it means: for (?i) both cases of each letter, as in [a-zA-Z]; the dot matches line breaks already',
  },
  { begins: /\(\*/y, name: 'a control verb', hint: 'remove it' },
];

/** By the letter after the backslash, outside character classes. */
export const FOREIGN_ESCAPES: Readonly<Record<string, readonly [name: string, hint: string]>> = {
  A: ['\\A, the start of the text,', NOT_NEEDED],
  z: ['\\z, the end of the text,', NOT_NEEDED],
  Z: ['\\Z, the end of the text,', NOT_NEEDED],
  G: ['\\G, the start of the match,', NOT_NEEDED],
  h: ['\\h, horizontal space,', 'write [ \\t]'],
  H: ['\\H, anything but horizontal space,', 'write [^ \\t]'],
  v: ['\\v, vertical space,', 'write [\\n\\r]; a channel never holds line breaks'],
  V: ['\\V, anything but vertical space,', 'write a dot; a channel never holds line breaks'],
  R: ['\\R, a line break,', 'remove it; a channel never holds line breaks'],
  K: ['\\K, the reset of the match,', 'remove it'],
  X: ['\\X, a grapheme,', 'write a dot'],
  N: ['\\N, anything but a line break,', 'write a dot'],
  C: ['\\C, a single byte,', 'write a dot'],
  Q: ['\\Q...\\E, a quotation,', 'put a backslash before each special character instead'],
  E: ['\\E, the end of a quotation,', 'remove it'],
  e: ['\\e, the escape character,', 'remove it; a channel never holds control characters'],
  a: ['\\a, the bell character,', 'remove it; a channel never holds control characters'],
  o: ['\\o, an octal code,', 'write \\x and two hexadecimal digits'],
  g: ['\\g, a reference to a group,', 'repeat the expression itself'],
  k: ['\\k, a reference to a group,', 'repeat the expression itself'],
};

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: '0-9A-Za-z',
  lower: 'a-z',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  space: '\\s',
  blank: ' \\t',
  punct: '!-/:-@[-`{-~',
  print: ' -~',
  graph: '!-~',
  ascii: '\\x00-\\x7f',
  cntrl: '\\x00-\\x1f',
};

/** What to write for `[:name:]` in a character class. */
export function posixHint(name: string): string {
  const set = POSIX[name.replace('^', '')];
  return set === undefined ? 'write the characters themselves' : `write ${set} in its place`;
}
