import { ALL, type CharSet, CLASSES, charSet, inverse } from './char-set.js';
import { readCode, readProperty } from './escapes.js';
import { RegexFault } from './fault.js';
import { FOREIGN_ESCAPES, posixHint } from './pcre.js';
import type { Atom } from './syntax.js';

/** One member of a class: a single character with its code, or a set such as `\d`. */
interface Member {
  readonly text: string;
  readonly set: CharSet;
  readonly code: number | undefined;
}

/** Reads a character class by the rules of PCRE and writes it by those of JavaScript. */
export class ClassParser {
  readonly #text: string;
  readonly #start: number;
  readonly #utf8: boolean;
  #at: number;

  constructor(text: string, start: number, utf8: boolean) {
    this.#text = text;
    this.#start = start;
    this.#utf8 = utf8;
    this.#at = start + 1;
  }

  /** Tells `done` where the class ends. Throws `RegexFault`. */
  parse(done: (end: number) => void): Atom {
    const negated = this.#text[this.#at] === '^';
    if (negated) this.#at += 1;
    let written = '';
    let set: CharSet = 0n;
    // a bracket that comes first is the character itself
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      const member = this.#range();
      const last = this.#text[this.#at] === ']';
      written += member.text === '\\-' && (first || last) ? '-' : member.text;
      set |= member.set;
    }
    done(this.#at + 1);
    return { kind: 'set', set: negated ? inverse(set) : set, text: `[${negated ? '^' : ''}${written}]` };
  }

  #range(): Member {
    const from = this.#member();
    const next = this.#text[this.#at + 1];
    if (this.#text[this.#at] !== '-' || next === ']' || next === undefined) return from;
    const dash = this.#at;
    this.#at += 1;
    const to = this.#member();
    if (from.code === undefined || to.code === undefined) {
      // next to a set, a dash is itself
      return { text: `${from.text}\\-${to.text}`, set: from.set | to.set | charSet(0x2d), code: undefined };
    }
    if (from.code > to.code)
      throw this.#fault('invalid-regex', 'a range runs backwards', 'swap its ends', dash - 1);
    return { text: `${from.text}-${to.text}`, set: charSet(from.code, to.code), code: undefined };
  }

  #member(): Member {
    const character = this.#character();
    if (character === '\\') return this.#escape();
    if (character === '[') this.#refusePosix();
    const code = character.codePointAt(0) ?? 0;
    if (code > 0xffff && !this.#utf8) throw this.#halves(character);
    this.#at += character.length;
    return { text: '\\]^[-'.includes(character) ? `\\${character}` : character, set: charSet(code), code };
  }

  /** Without the flag `u`, a class would hold the halves of the character. */
  #halves(character: string): RegexFault {
    const hint = 'give the route options: { utf8: true }';
    return this.#fault('invalid-regex', `${character} in a character class needs the option utf8`, hint);
  }

  #escape(): Member {
    const start = this.#at;
    const letter = this.#text[start + 1];
    if (letter === undefined) throw this.#open();
    const set = CLASSES[letter];
    if (set !== undefined) {
      this.#at += 2;
      return { text: `\\${letter}`, set, code: undefined };
    }
    if (letter === 'p' || letter === 'P') return this.#property();
    const foreign = FOREIGN_ESCAPES[letter];
    if (foreign !== undefined) {
      throw this.#fault('pcre-only', `${foreign[0]} is PCRE's own and does not exist here`, foreign[1]);
    }
    const code = readCode(this.#text, start);
    if (code === undefined) {
      throw this.#fault('invalid-regex', `\\${letter} has no meaning in a class`, `write ${letter}`);
    }
    this.#at = code.end;
    const text = '-^'.includes(code.text) ? `\\${code.text}` : code.text;
    return { text, set: charSet(code.value), code: code.value };
  }

  #property(): Member {
    const text = readProperty(this.#text, this.#at, this.#utf8);
    this.#at += text.length;
    return { text, set: ALL, code: undefined };
  }

  #refusePosix(): void {
    const found = /^\[:(\^?\w+):\]/.exec(this.#text.slice(this.#at, this.#at + 20));
    if (found === null) return;
    throw this.#fault(
      'pcre-only',
      `${found[0]} is PCRE's own and means something else here`,
      posixHint(found[1] ?? ''),
    );
  }

  #character(): string {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) throw this.#open();
    return String.fromCodePoint(code);
  }

  #open(): RegexFault {
    return this.#fault('invalid-regex', 'a character class is not closed', 'add the missing ]', this.#start);
  }

  #fault(code: RegexFault['code'], message: string, hint: string, index = this.#at): RegexFault {
    return new RegexFault(code, index, { message, hint });
  }
}
