import { ALL, CLASSES, charSet } from './char-set.js';
import { ClassParser } from './class-parser.js';
import { readCode, readProperty } from './escapes.js';
import { RegexFault } from './fault.js';
import { FOREIGN_ESCAPES, FOREIGN_GROUPS } from './pcre.js';
import type { Atom, Item, Regex, Sequence } from './syntax.js';

const DEEPEST = 50;
const MOST_REPEATS = 1000;
const SYNTAX_CHARACTERS = '^$\\.*+?()[]{}|';

/** Reads a regular expression as PCRE writes it, as far as JavaScript can do the same. Throws `RegexFault`. */
export function parseRegex(text: string, utf8 = false): Regex {
  return new RegexParser(text, utf8).parse();
}

class RegexParser {
  readonly #text: string;
  readonly #utf8: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, utf8: boolean) {
    this.#text = text;
    this.#utf8 = utf8;
  }

  parse(): Regex {
    const regex = this.#regex();
    if (this.#at < this.#text.length) {
      throw this.#fault(
        'invalid-regex',
        'a closing bracket without an opening one',
        'write \\) for the character',
      );
    }
    return regex;
  }

  #regex(): Regex {
    const options: Sequence[] = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return { options };
  }

  #sequence(): Sequence {
    const items: Item[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#peek())) items.push(this.#item());
    return items;
  }

  #item(): Item {
    const start = this.#at;
    const atom = this.#atom();
    const count = this.#count();
    if (count === undefined) return { atom, min: 1, max: 1, lazy: false };
    if (atom.kind === 'look' || atom.kind === 'boundary') {
      throw this.#fault('invalid-regex', 'nothing to repeat', 'remove the + * ? or { } after it', start);
    }
    const lazy = this.#take('?');
    if (!lazy && this.#peek() === '+') {
      throw this.#fault('pcre-only', this.#foreign('a possessive quantifier'), 'remove the second +');
    }
    return { atom, ...count, lazy };
  }

  #count(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Infinity };
    if (this.#take('+')) return { min: 1, max: Infinity };
    if (this.#take('?')) return { min: 0, max: 1 };
    const found = this.#match(/\{(\d+)(,?)(\d*)\}/y);
    if (found === undefined) return undefined;
    const min = Number(found[1]);
    const max = found[2] === '' ? min : found[3] === '' ? Infinity : Number(found[3]);
    if (min <= max && min <= MOST_REPEATS && (max === Infinity || max <= MOST_REPEATS)) return { min, max };
    const at = this.#at - found[0].length;
    throw this.#fault(
      'invalid-regex',
      `{${min},${max}} is not a range up to ${MOST_REPEATS}`,
      'correct the numbers',
      at,
    );
  }

  #atom(): Atom {
    const character = this.#character();
    if (character === '(') return this.#group();
    if (character === '[')
      return new ClassParser(this.#text, this.#at, this.#utf8).parse((end) => this.#goTo(end));
    if (character === '\\') return this.#escape();
    if (character === '^' || character === '$') throw this.#anchor(character);
    if ('*+?'.includes(character)) {
      throw this.#fault(
        'invalid-regex',
        `nothing to repeat before ${character}`,
        `write \\${character} for the character`,
      );
    }
    this.#goTo(this.#at + character.length);
    if (character === '.') return { kind: 'set', set: ALL, text: '.' };
    return literal(character);
  }

  #group(): Atom {
    const look = this.#match(/\(\?(?:[=!]|<[=!])/y);
    if (look !== undefined) return { kind: 'look', open: look[0], body: this.#body() };
    if (this.#match(/\(\?:/y) === undefined) {
      this.#refuseForeignGroup();
      this.#goTo(this.#at + 1);
    }
    return { kind: 'group', body: this.#body() };
  }

  #refuseForeignGroup(): void {
    for (const { begins, name, hint } of FOREIGN_GROUPS) {
      begins.lastIndex = this.#at;
      if (begins.test(this.#text)) throw this.#fault('pcre-only', this.#foreign(name), hint);
    }
  }

  #body(): Regex {
    const start = this.#at;
    this.#depth += 1;
    if (this.#depth > DEEPEST)
      throw this.#fault('invalid-regex', 'groups are nested too deep', 'simplify it');
    const body = this.#regex();
    this.#depth -= 1;
    if (this.#take(')')) return body;
    throw this.#fault('invalid-regex', 'a group is not closed', 'add the missing )', start - 1);
  }

  #escape(): Atom {
    const letter = this.#text[this.#at + 1];
    if (letter === undefined) {
      throw this.#fault('invalid-regex', 'a backslash at the end', 'write \\\\ for the character');
    }
    const foreign = FOREIGN_ESCAPES[letter];
    if (foreign !== undefined) throw this.#fault('pcre-only', this.#foreign(foreign[0]), foreign[1]);
    if (/[1-9]/.test(letter))
      throw this.#fault(
        'pcre-only',
        'a back-reference is not possible: groups do not capture',
        'repeat the expression itself',
      );
    if (letter === 'b' || letter === 'B') return this.#boundary(letter);
    return this.#characterEscape(letter);
  }

  #boundary(letter: string): Atom {
    this.#goTo(this.#at + 2);
    return { kind: 'boundary', text: `\\${letter}` };
  }

  #characterEscape(letter: string): Atom {
    const set = CLASSES[letter];
    if (set !== undefined) {
      this.#goTo(this.#at + 2);
      return { kind: 'set', set, text: `\\${letter}` };
    }
    if (letter === 'p' || letter === 'P') return this.#property();
    const code = readCode(this.#text, this.#at);
    if (code === undefined) {
      throw this.#fault('invalid-regex', `\\${letter} has no meaning`, `write ${letter} for the character`);
    }
    this.#goTo(code.end);
    return { kind: 'set', set: charSet(code.value), text: code.text };
  }

  #property(): Atom {
    const text = readProperty(this.#text, this.#at, this.#utf8);
    this.#goTo(this.#at + text.length);
    return { kind: 'set', set: ALL, text };
  }

  #anchor(character: string): RegexFault {
    const text = `${character} inside a requirement never holds: it is matched as a whole, in the middle of a channel`;
    return this.#fault(
      'anchor-inside',
      text,
      `remove it, with alternatives in one group: (?:a|b); write \\${character} for the character`,
    );
  }

  #foreign(name: string): string {
    return `${name} is PCRE's own and does not exist here`;
  }

  #fault(code: RegexFault['code'], message: string, hint: string, index = this.#at): RegexFault {
    return new RegexFault(code, index, { message, hint });
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  /** One character, surrogate pairs whole. */
  #character(): string {
    return String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
  }

  #goTo(index: number): void {
    this.#at = index;
  }
}

/** A character for itself. */
export function literal(character: string): Atom {
  const text = SYNTAX_CHARACTERS.includes(character) ? `\\${character}` : character;
  return { kind: 'set', set: charSet(character.codePointAt(0) ?? 0), text };
}
