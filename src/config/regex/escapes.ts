import { RegexFault } from './fault.js';

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, f: 12, r: 13, '0': 0 };

/** One escaped character: its code, where it ends, and how JavaScript writes it. */
export interface EscapedCode {
  readonly value: number;
  readonly end: number;
  readonly text: string;
}

/** Reads the escape of a single character at a backslash, undefined for a letter without a meaning. */
export function readCode(text: string, at: number): EscapedCode | undefined {
  const hex = sticky(/\\x(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))|\\u([0-9a-fA-F]{4})/y, text, at);
  if (hex !== undefined) return hexCode(hex, at);
  const letter = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
  // an octal code
  if (letter === '0' && /\d/.test(text.charAt(at + 2))) return undefined;
  const control = CONTROLS[letter];
  if (control !== undefined) return { value: control, end: at + 2, text: `\\${letter}` };
  if (/[a-zA-Z0-9]/.test(letter)) return undefined;
  const needed = '^$\\.*+?()[]{}|'.includes(letter);
  return {
    value: letter.codePointAt(0) ?? 0,
    end: at + 1 + letter.length,
    text: needed ? `\\${letter}` : letter,
  };
}

/** Reads `\p{Name}`, which needs the flag `u`. Throws `RegexFault`. */
export function readProperty(text: string, at: number, utf8: boolean): string {
  const found = sticky(/\\[pP]\{[\w=]+\}/y, text, at)?.[0];
  if (found !== undefined && utf8 && compiles(found)) return found;
  throw new RegexFault('pcre-only', at, {
    message: 'a Unicode property needs braces and the option utf8',
    hint: 'write \\p{...} with the name of a Unicode property, and give the route options: { utf8: true }',
  });
}

function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function hexCode(found: RegExpExecArray, at: number): EscapedCode | undefined {
  const value = Number.parseInt(found[1] ?? found[2] ?? found[3] ?? '', 16);
  if (value > 0xffff) return undefined;
  return { value, end: at + found[0].length, text: `\\u${value.toString(16).padStart(4, '0')}` };
}

function sticky(expression: RegExp, text: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at;
  return expression.exec(text) ?? undefined;
}
