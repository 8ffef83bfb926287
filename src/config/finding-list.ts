import { FINDING_CODES, type Finding, type FindingCode } from './finding.js';
import { type Place, printable } from './source-file.js';

/** Collects what is wrong. */
export class FindingList {
  readonly #findings: Finding[] = [];
  readonly #errorPlaces: Place[] = [];
  readonly #strict: boolean;

  /** With `strict`, every warning counts as an error. */
  constructor(strict = false) {
    this.#strict = strict;
  }

  /** How many errors were reported so far. */
  get errors(): number {
    return this.#errorPlaces.length;
  }

  /** Whether an error was reported at this place or within. */
  hasErrorsAt({ source, range }: Place): boolean {
    return this.#errorPlaces.some(
      (place) => place.source === source && place.range[0] >= range[0] && place.range[1] <= range[1],
    );
  }

  report(code: FindingCode, place: Place, text: { message: string; hint: string }): void {
    const { source, range } = place;
    const severity = this.#strict ? 'error' : FINDING_CODES[code];
    if (severity === 'error') this.#errorPlaces.push(place);
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
