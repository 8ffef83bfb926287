import { FINDING_CODES, type Finding, type FindingCode } from './finding.js';
import { type Place, printable } from './source-file.js';

/** Collects what is wrong. */
export class FindingList {
  readonly #findings: Finding[] = [];
  readonly #strict: boolean;
  #errors = 0;

  /** With `strict`, every warning counts as an error. */
  constructor(strict = false) {
    this.#strict = strict;
  }

  /** How many errors were reported so far. */
  get errors(): number {
    return this.#errors;
  }

  report(code: FindingCode, { source, range }: Place, text: { message: string; hint: string }): void {
    const severity = this.#strict ? 'error' : FINDING_CODES[code];
    if (severity === 'error') this.#errors += 1;
    this.#findings.push({
      severity,
      code,
      message: printable(text.message),
      hint: printable(text.hint),
      file: source.name,
      ...source.locate(range),
      frame: source.frame(range),
    });
  }

  /** All findings, in the order of the files and of their text. */
  sorted(files: readonly string[]): Finding[] {
    const rank = new Map(files.map((file, i) => [file, i]));
    const order = (finding: Finding) => rank.get(finding.file) ?? -1;
    return this.#findings.toSorted((a, b) => order(a) - order(b) || a.line - b.line || a.column - b.column);
  }
}
