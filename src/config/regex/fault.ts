import type { FindingCode } from '../finding.js';

/** Why an expression is refused, and at which character of it. */
export class RegexFault extends Error {
  readonly code: Extract<FindingCode, 'invalid-regex' | 'pcre-only' | 'anchor-inside'>;
  readonly index: number;
  readonly hint: string;

  constructor(code: RegexFault['code'], index: number, text: { message: string; hint: string }) {
    super(text.message);
    this.code = code;
    this.index = index;
    this.hint = text.hint;
  }
}
