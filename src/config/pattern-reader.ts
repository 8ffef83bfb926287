import type { FileReader } from './file-reader.js';
import type { RequirementReader } from './requirement-reader.js';
import type { DraftDefault, DraftRequirement } from './route-draft.js';
import { cutPattern, type ParamPiece, type Piece, parameters } from './route-pattern.js';
import type { Range } from './source-file.js';
import type { YamlScalar } from './yaml-tree.js';

const LONGEST_NAME = 32;
/** What no channel may hold: control characters, and marks that reorder or hide text. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
const LONGEST_CHANNEL = 255;
const LONGEST_PATTERN = 4096;

/** A pattern with what it says about its parameters inline. */
export interface ReadPattern {
  readonly pieces: readonly Piece[];
  readonly requirements: ReadonlyMap<string, DraftRequirement>;
  readonly defaults: ReadonlyMap<string, DraftDefault>;
}

/** Reads the pattern of a route and reports what is wrong with it. */
export class PatternReader {
  readonly #file: FileReader;
  readonly #node: YamlScalar;

  constructor(file: FileReader, node: YamlScalar) {
    this.#file = file;
    this.#node = node;
  }

  read(requirements: RequirementReader): ReadPattern {
    const { text } = this.#node;
    const tooLong = text.length > LONGEST_PATTERN;
    if (tooLong)
      this.#report(
        'unmatchable-pattern',
        `the pattern has more than ${LONGEST_PATTERN} characters`,
        'shorten it',
      );
    const pieces = tooLong ? [] : cutPattern(text);
    if (text === '') {
      this.#report('empty-pattern', 'the pattern is empty', 'write the channel, as in chat/{room}');
    }
    this.#checkComment();
    for (const piece of pieces) if (piece.kind === 'text') this.#checkText(piece);
    this.#checkLength(pieces);
    this.#checkNames(parameters(pieces));
    this.#checkNeighbours(pieces);
    return { pieces, requirements: this.#inline(pieces, requirements), defaults: this.#fallbacks(pieces) };
  }

  /** `chat/room #1`: YAML takes `#1` for a comment. A space after the `#` shows that one was meant. */
  #checkComment(): void {
    if (this.#node.style !== 'plain') return;
    const end = this.#node.range[1];
    const cut = /^[ \t]+#[^\s#][^\r\n]*/.exec(this.#file.source.text.slice(end, end + 200));
    if (cut === null) return;
    const text = `YAML takes "${cut[0].trim()}" for a comment, and the pattern ends before it`;
    this.#file.report(
      'comment-cut',
      [end, end + cut[0].length],
      text,
      'put the pattern into single quotes, or write "# " before a comment',
    );
  }

  #checkText(piece: Piece & { kind: 'text' }): void {
    const brace = /[{}]/.exec(piece.text);
    if (brace !== null) {
      const at = this.#range(piece.start + brace.index, piece.end);
      const text = 'this brace belongs to no parameter and is matched as it stands';
      this.#file.report('literal-brace', at, text, 'a parameter is {name}, of letters, digits and _');
    }
    const fault = unmatchable(piece.text);
    if (fault !== undefined) {
      this.#report('unmatchable-pattern', `the pattern has ${fault}, which no channel may have`, 'remove it');
    }
  }

  #checkLength(pieces: readonly Piece[]): void {
    const text = pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
    if (Buffer.byteLength(text) <= LONGEST_CHANNEL) return;
    const message = `the fixed text of the pattern is over ${LONGEST_CHANNEL} bytes, more than a channel may have`;
    this.#report('unmatchable-pattern', message, 'shorten it');
  }

  #checkNames(params: readonly ParamPiece[]): void {
    const seen = new Set<string>();
    for (const param of params) {
      const { name } = param;
      const fault = nameFault(param);
      const range = this.#range(param.start, param.end);
      if (fault !== undefined)
        this.#file.report('bad-parameter-name', range, `parameter "${name}" ${fault.fault}`, fault.hint);
      if (seen.has(name)) {
        const text = `parameter "${name}" stands twice in the pattern`;
        this.#file.report('duplicate-parameter', range, text, 'give the second one another name');
      }
      seen.add(name);
    }
  }

  #checkNeighbours(pieces: readonly Piece[]): void {
    for (const [i, piece] of pieces.entries()) {
      const next = pieces[i + 1];
      if (piece.kind !== 'param' || next?.kind !== 'param') continue;
      const text = `nothing stands between "${piece.name}" and "${next.name}", so nobody can tell where one ends`;
      const hint = `put a character between them: {${piece.name}}/{${next.name}}`;
      this.#file.report('adjacent-parameters', this.#range(piece.start, next.end), text, hint);
    }
  }

  #inline(pieces: readonly Piece[], requirements: RequirementReader): Map<string, DraftRequirement> {
    const found = new Map<string, DraftRequirement>();
    for (const { name, requirement, start, end } of parameters(pieces)) {
      const read =
        requirement === undefined ? undefined : requirements.inline(requirement, this.#range(start, end));
      if (read !== undefined) found.set(name, read);
    }
    return found;
  }

  #fallbacks(pieces: readonly Piece[]): Map<string, DraftDefault> {
    const found = new Map<string, DraftDefault>();
    for (const { name, fallback, start, end } of parameters(pieces)) {
      if (fallback === undefined) continue;
      found.set(name, { value: fallback, at: this.#file.source.at(this.#range(start, end)) });
    }
    return found;
  }

  /** A part of the pattern in the file, or the whole pattern where quotes or folding put them out of step. */
  #range(start: number, end: number): Range {
    const { range, text } = this.#node;
    const quotes = this.#node.style === 'plain' ? 0 : 1;
    if (range[1] - range[0] !== text.length + 2 * quotes) return range;
    return [range[0] + quotes + start, range[0] + quotes + end];
  }

  #report(code: 'empty-pattern' | 'unmatchable-pattern', message: string, hint: string): void {
    this.#file.report(code, this.#node, message, hint);
  }
}

function nameFault({ name, important }: ParamPiece): { fault: string; hint: string } | undefined {
  if (important) return { fault: 'has a ! before it, which means nothing here', hint: `write {${name}}` };
  if (/^\d/.test(name)) return { fault: 'begins with a digit', hint: `write {p${name}}, or a word` };
  if (name === '__proto__')
    return { fault: 'has a name that JavaScript keeps for itself', hint: 'rename it' };
  if (name.length <= LONGEST_NAME) return undefined;
  return { fault: `is longer than ${LONGEST_NAME} characters`, hint: 'shorten its name' };
}

function unmatchable(text: string): string | undefined {
  if (FORBIDDEN.test(text)) return 'a control or direction character';
  return text.normalize('NFC') === text ? undefined : 'text that is not in normal form NFC';
}
