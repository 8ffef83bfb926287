import type { FindingList } from './finding-list.js';
import { covers, maySpan, takesAll } from './regex/requirement-regex.js';
import type { Regex } from './regex/syntax.js';
import { trailingDefaults } from './route-checks.js';
import type { Draft } from './route-draft.js';
import { normalized, type Piece, SEPARATORS } from './route-pattern.js';

type Segment = readonly Piece[];

/** One form of a route: whole, or without trailing parameters that have a default. */
type Form = readonly Segment[];

interface Shape {
  readonly draft: Draft;
  readonly order: number;
  readonly forms: readonly Form[];
}

/**
 * Reports routes that can never match because an earlier one takes all of their channels. Says so only where there is
 * no doubt; routes without a handler take no channels.
 */
export function checkOverlaps(drafts: readonly Draft[], findings: FindingList): void {
  const earlier = new ShapeIndex();
  for (const draft of drafts) {
    if (draft.handler === undefined) continue;
    const shape = shapeOf(draft, earlier.size);
    const by = earlier.candidates(shape).find((other) => hides(other, shape));
    if (by === undefined) earlier.add(shape);
    else report(draft, by.draft, findings);
  }
}

const INDEXED_SEGMENTS = 3;
const ANY = '*';

/** Finds the routes that may hide one by their first segments, so that not each is compared with each. */
class ShapeIndex {
  readonly #buckets = new Map<string, Set<Shape>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(shape: Shape): void {
    this.#size += 1;
    for (const form of shape.forms) {
      const last = form.at(-1);
      const open = last !== undefined && isOpen(last, shape.draft);
      const key = labels(form, open ? ANY : '').join('/');
      const bucket = this.#buckets.get(key) ?? new Set();
      this.#buckets.set(key, bucket.add(shape));
    }
  }

  /** In the order of the routes. */
  candidates({ forms: [whole = []] }: Shape): Shape[] {
    const keys = labels(whole, '').reduce<readonly string[][]>(
      (all, label) =>
        all.flatMap((key) =>
          label === ANY
            ? [[...key, ANY]]
            : [
                [...key, label],
                [...key, ANY],
              ],
        ),
      [[]],
    );
    const found = new Set(keys.flatMap((key) => [...(this.#buckets.get(key.join('/')) ?? [])]));
    return [...found].sort((a, b) => a.order - b.order);
  }
}

/** The first segments: text, or `*` for one with parameters; `beyond` stands for those that a form lacks. */
function labels(form: Form, beyond: string): string[] {
  return Array.from({ length: INDEXED_SEGMENTS }, (_, i) => {
    const segment = form[i];
    if (segment === undefined) return beyond;
    const text = literalOf(segment);
    return text === undefined ? ANY : `=${text}`;
  });
}

function report(draft: Draft, by: Draft, findings: FindingList): void {
  const { line } = by.at.source.locate(by.at.range);
  const where = `route "${by.name}" at ${by.at.source.name}:${line}`;
  if (normalized(draft.pieces) === normalized(by.pieces)) {
    findings.report('duplicate-channel', draft.patternAt, {
      message: `${where} has this channel already, and is tried first`,
      hint: `remove route "${draft.name}", or make the channels differ`,
    });
    return;
  }
  findings.report('shadowed-route', draft.patternAt, {
    message: `route "${draft.name}" never matches: ${where}, ${normalized(by.pieces)}, takes all its channels first`,
    hint: `move route "${draft.name}" before it, or give its parameters a stricter requirement`,
  });
}

function shapeOf(draft: Draft, order: number): Shape {
  const forms: Form[] = [segmentsOf(draft.pieces)];
  let pieces = draft.pieces;
  for (const name of trailingDefaults(draft.pieces, new Set(draft.defaults.keys()))) {
    if (pieces.at(-1)?.kind !== 'param' || name === undefined) break;
    pieces = withoutLast(pieces);
    if (pieces.length > 0) forms.push(segmentsOf(pieces));
  }
  return { draft, order, forms };
}

/** Without the last parameter and the separator before it, if there is one. */
function withoutLast(pieces: readonly Piece[]): readonly Piece[] {
  const rest = pieces.slice(0, -1);
  const before = rest.at(-1);
  if (before?.kind !== 'text') return rest;
  const text = SEPARATORS.includes(before.text.slice(-1)) ? before.text.slice(0, -1) : before.text;
  return text === '' ? rest.slice(0, -1) : [...rest.slice(0, -1), { ...before, text }];
}

function segmentsOf(pieces: readonly Piece[]): Segment[] {
  const segments: Piece[][] = [[]];
  for (const piece of pieces) {
    if (piece.kind === 'param') segments.at(-1)?.push(piece);
    else {
      for (const [i, text] of piece.text.split('/').entries()) {
        if (i > 0) segments.push([]);
        if (text !== '') segments.at(-1)?.push({ ...piece, text });
      }
    }
  }
  return segments;
}

function hides(earlier: Shape, later: Shape): boolean {
  return later.forms.every((form) =>
    earlier.forms.some((other) => coversForm(other, form, { earlier, later })),
  );
}

function coversForm(whole: Form, part: Form, routes: { earlier: Shape; later: Shape }): boolean {
  const last = whole.at(-1);
  const open = last !== undefined && isOpen(last, routes.earlier.draft);
  if (open ? part.length < whole.length : part.length !== whole.length) return false;
  return whole.every(
    (segment, i) => (open && i === whole.length - 1) || coversSegment(segment, part[i] ?? [], routes),
  );
}

/** Whether the segment takes everything from there to the end. */
function isOpen(segment: Segment, draft: Draft): boolean {
  const tree = only(segment, draft)?.tree;
  return tree !== undefined && takesAll(tree);
}

function coversSegment(
  whole: Segment,
  part: Segment,
  { earlier, later }: { earlier: Shape; later: Shape },
): boolean {
  const one = only(whole, earlier.draft);
  if (one === undefined) return sameSegment(whole, part, { earlier, later });
  const text = literalOf(part);
  if (text !== undefined) return text !== '' && takesText(one, text, earlier.draft);
  const other = only(part, later.draft);
  if (other === undefined) return one.tree === undefined && !part.some((piece) => spans(piece, later.draft));
  if (other.wildcard && !takesText(one, '*', earlier.draft)) return false;
  if (one.tree === undefined) return other.tree === undefined || !maySpan(other.tree);
  return other.tree === undefined ? takesAll(one.tree) : covers(one.tree, other.tree);
}

/** Segments of text, or of text and parameters, are compared piece by piece. */
function sameSegment(
  whole: Segment,
  part: Segment,
  { earlier, later }: { earlier: Shape; later: Shape },
): boolean {
  if (whole.length !== part.length) return false;
  return whole.every((piece, i) => {
    const other = part[i];
    if (piece.kind === 'text' || other?.kind !== 'param') {
      return piece.kind === 'text' && other?.kind === 'text' && piece.text === other.text;
    }
    const a = requirementOf(piece.name, earlier.draft);
    const b = requirementOf(other.name, later.draft);
    return a.tree === b.tree || (a.source === b.source && (a.wildcard || !b.wildcard));
  });
}

interface Demand {
  readonly tree: Regex | undefined;
  readonly source: string | undefined;
  readonly wildcard: boolean;
}

function requirementOf(name: string, { requirements }: Draft): Demand {
  const found = requirements.get(name);
  return {
    tree: found?.tree,
    source: found?.requirement.pattern,
    wildcard: found?.requirement.wildcard ?? false,
  };
}

/** What the segment demands if it is one parameter and nothing else. */
function only(segment: Segment, draft: Draft): Demand | undefined {
  const [piece, ...more] = segment;
  return piece?.kind === 'param' && more.length === 0 ? requirementOf(piece.name, draft) : undefined;
}

function literalOf(segment: Segment): string | undefined {
  const [piece, ...more] = segment;
  if (piece === undefined) return '';
  return piece.kind === 'text' && more.length === 0 ? piece.text : undefined;
}

function takesText({ source, wildcard }: Demand, text: string, { options }: Draft): boolean {
  if (source === undefined || (wildcard && text === '*')) return true;
  return new RegExp(`^(?:${source})$`, options.get('utf8') === true ? 'su' : 's').test(text);
}

function spans(piece: Piece, draft: Draft): boolean {
  const tree = piece.kind === 'param' ? requirementOf(piece.name, draft).tree : undefined;
  return tree !== undefined && maySpan(tree);
}
