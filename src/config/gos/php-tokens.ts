/** A word, variable, text or sign of PHP code. Comments, white space and what stands outside `<?php` are none. */
export interface PhpToken {
  /** `#[`, which begins attributes, is a sign. */
  readonly kind: 'word' | 'text' | 'sign';
  /** As it is written, a text with its quotes. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const OPEN = /<\?(?:php(?=\s|$)|=)/gi;
/** Names with their namespace, variables and numbers. */
const WORD = /\$?[\w\\\u0080-\uffff]+/y;
const HEREDOC = /<<<[ \t]*(["']?)(\w+)\1\r?\n/y;

/** What is between the quotes of a text. */
export function contentOf({ value }: PhpToken): string {
  return value.slice(1, -1).replaceAll(/\\(?=[\\'"])/g, '');
}

/** The tokens of a PHP file, in a time that grows with its length alone, whatever is in it. Never throws. */
export function phpTokens(text: string): readonly PhpToken[] {
  const scan = new PhpScan(text);
  scan.run();
  return scan.tokens;
}

class PhpScan {
  readonly tokens: PhpToken[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    this.#outside();
    while (this.#at < this.#text.length) this.#next();
  }

  /** Passes over what is no PHP. */
  #outside(): void {
    OPEN.lastIndex = this.#at;
    this.#at = OPEN.exec(this.#text) === null ? this.#text.length : OPEN.lastIndex;
  }

  #next(): void {
    const character = this.#text.charAt(this.#at);
    const two = this.#text.substr(this.#at, 2);
    if (character.trim() === '') this.#at++;
    else if (two === '?>') this.#outside();
    else if (two === '/*') this.#at = this.#after('*/', this.#at + 2);
    else if (two === '//' || (character === '#' && two !== '#[')) this.#lineComment();
    else if (character === "'" || character === '"' || character === '`') this.#quoted(character);
    else if (two !== '<<' || !this.#heredoc()) this.#wordOrSign(two);
  }

  #lineComment(): void {
    const end = this.#after('\n', this.#at);
    const close = this.#text.slice(this.#at, end).indexOf('?>');
    this.#at = close < 0 ? end : this.#at + close;
  }

  #quoted(quote: string): void {
    const start = this.#at++;
    while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== quote)
      this.#at += this.#text.charAt(this.#at) === '\\' ? 2 : 1;
    this.#at = Math.min(this.#at + 1, this.#text.length);
    this.#push('text', start);
  }

  #heredoc(): boolean {
    const found = this.#match(HEREDOC);
    if (found === undefined) return false;
    const start = this.#at;
    const closing = new RegExp(`^[ \\t]*${found[2] ?? ''}\\b`, 'gm');
    closing.lastIndex = start + found[0].length;
    const end = closing.exec(this.#text);
    this.#at = end === null ? this.#text.length : closing.lastIndex;
    this.#push('text', start);
    return true;
  }

  #wordOrSign(two: string): void {
    const start = this.#at;
    const word = this.#match(WORD)?.[0];
    const sign = ['#[', '::', '->'].includes(two) ? two : this.#text.charAt(start);
    this.#at += (word ?? sign).length;
    this.#push(word === undefined ? 'sign' : 'word', start);
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    return expression.exec(this.#text) ?? undefined;
  }

  /** Behind the next one of these, or the end. */
  #after(wanted: string, from: number): number {
    const found = this.#text.indexOf(wanted, from);
    return found < 0 ? this.#text.length : found + wanted.length;
  }

  #push(kind: PhpToken['kind'], start: number): void {
    this.tokens.push({ kind, value: this.#text.slice(start, this.#at), start, end: this.#at });
  }
}
