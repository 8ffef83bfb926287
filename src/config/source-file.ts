import { LineCounter } from 'yaml';

/** Offsets into a text: from the first character to one after the last. */
export type Range = readonly [start: number, end: number];

/** Where something stands. */
export interface Place {
  readonly source: SourceFile;
  readonly range: Range;
}

/** What a frame shows in place of a secret. */
const MASK = '********';
const WIDTH = 150;
const LINES_ABOVE = 2;

/** The text of a file, with what it takes to point into it. */
export class SourceFile {
  /** As shown to people. */
  readonly name: string;
  readonly text: string;
  readonly #counter: LineCounter;
  readonly #secret: (line: string, number: number) => number | undefined;

  /** `secret` says from which column (counted from 0) a line must not be shown. */
  constructor(
    name: string,
    text: string,
    secret: (line: string, number: number) => number | undefined = () => undefined,
  ) {
    this.name = name;
    this.text = text;
    this.#secret = secret;
    this.#counter = new LineCounter();
    for (let at = 0; at !== -1; at = nextLine(text, at)) this.#counter.addNewLine(at);
  }

  /** A place in this file; offsets beyond the text are brought inside. */
  at(range: Range): Place {
    const start = clamp(range[0], this.text.length);
    return { source: this, range: [start, Math.max(start, clamp(range[1], this.text.length))] };
  }

  /** Line and columns of a range, counted from 1; a range of several lines ends with its first. */
  locate([start, end]: Range): { line: number; column: number; endColumn: number } {
    const { line, col } = this.#counter.linePos(start);
    const rest = this.#line(line).length - (col - 1);
    const length = Math.max(1, Math.min(end - start, rest));
    return { line, column: col, endColumn: col + length };
  }

  /** Whether a range touches text that must not be shown. */
  hides(range: Range): boolean {
    const { line, endColumn } = this.locate(range);
    const from = this.#secret(this.#line(line), line);
    return from !== undefined && endColumn - 1 > from;
  }

  frame(range: Range): string {
    const { line, column, endColumn } = this.locate(range);
    const width = String(line).length;
    const cut = Math.max(0, column - WIDTH / 2);
    const rows: string[] = [];
    for (let n = Math.max(1, line - LINES_ABOVE); n <= line; n++) {
      rows.push(`${String(n).padStart(width + 2)} | ${this.#shown(n, cut)}`.trimEnd());
    }
    const marks = '^'.repeat(Math.min(endColumn - column, WIDTH / 2));
    return [...rows, `${' '.repeat(width + 2)} | ${' '.repeat(column - 1 - cut)}${marks}`].join('\n');
  }

  #line(number: number): string {
    const start = this.#counter.lineStarts[number - 1] ?? 0;
    const end = this.text.indexOf('\n', start);
    const line = this.text.slice(start, end === -1 ? undefined : end);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  #shown(number: number, cut: number): string {
    const line = this.#line(number);
    const secret = this.#secret(line, number);
    const open = secret === undefined ? line : line.slice(0, secret) + MASK;
    return printable(open.slice(cut, cut + WIDTH));
  }
}

/** Text without characters that move the cursor or hide, each replaced by one that takes one column. */
export function printable(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replaceAll(/[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, '·');
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? -1 : end + 1;
}

function clamp(offset: number, length: number): number {
  return Math.max(0, Math.min(offset, length));
}
