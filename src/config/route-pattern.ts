/** A piece of a pattern: text as it stands, or a parameter. Offsets count in the text that was written. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly start: number; readonly end: number }
  | {
      readonly kind: 'param';
      readonly name: string;
      /** `{name<expression>}`. */
      readonly requirement: string | undefined;
      /** `{name?value}`. */
      readonly fallback: string | undefined;
      /** `{!name}`, which only the ancestor's last version reads, and then ignores. */
      readonly important: boolean;
      readonly start: number;
      readonly end: number;
    };

export type ParamPiece = Extract<Piece, { kind: 'param' }>;

/** `{name}`, `{name<expression>}`, `{name?value}`, `{name<expression>?value}`; or `<name>`, read as `{name}`. */
const PARAMETER = /\{(!?)(\w+)(?:<(.*?)>)?(?:\?([^}]*))?\}|<(\w+)>/g;

/** The characters that end a parameter without a requirement, and go with one that is left out. */
export const SEPARATORS = '/,;.:-_~+*=@|';

/** Cuts a pattern, in any of its dialects, into text and parameters. */
export function cutPattern(pattern: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const found of pattern.matchAll(PARAMETER)) {
    const [whole, mark, name, requirement, fallback, angled] = found;
    if (found.index > end) pieces.push(text(pattern, end, found.index));
    const start = found.index;
    end = start + whole.length;
    const parameter = name ?? angled ?? '';
    pieces.push({
      kind: 'param',
      name: parameter,
      requirement,
      fallback,
      important: mark === '!',
      start,
      end,
    });
  }
  if (pattern.length > end) pieces.push(text(pattern, end, pattern.length));
  return pieces;
}

/** The pattern with `{name}` only. */
export function normalized(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : `{${piece.name}}`)).join('');
}

export function parameters(pieces: readonly Piece[]): ParamPiece[] {
  return pieces.filter((piece) => piece.kind === 'param');
}

function text(pattern: string, start: number, end: number): Piece {
  return { kind: 'text', text: pattern.slice(start, end), start, end };
}
