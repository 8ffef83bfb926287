import { JsonError, skipKey, skipSpace, skipString, skipValue } from '../../core/json-scanner.js';

/** Where a value stands: offsets of its first byte and of the byte after its last. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The members of the object at `start`, as ranges of the bytes. Values may nest `depth` levels. Throws `JsonError`
 * for what is no object, for a key that comes twice, and for a key that `known` does not have.
 */
export function readMembers(
  bytes: Buffer,
  { start }: Range,
  { depth, known }: { readonly depth: number; readonly known?: ReadonlySet<string> },
): ReadonlyMap<string, Range> {
  if (bytes[start] !== OPEN_OBJECT) throw new JsonError('expected an object', start);
  const members = new Map<string, Range>();
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_OBJECT) {
    const key = JSON.parse(bytes.toString('utf8', at, skipString(bytes, at))) as string;
    if (members.has(key)) throw new JsonError(`the key ${quoted(key)} comes twice`, at);
    if (known?.has(key) === false) throw new JsonError(`unknown key ${quoted(key)}`, at);
    const value = skipKey(bytes, at);
    const end = skipValue(bytes, value, depth);
    members.set(key, { start: value, end });
    at = skipComma(bytes, end);
  }
  return members;
}

/** The elements of the list at `start`, one by one. Throws `JsonError` for what is no list. */
export function* readElements(bytes: Buffer, { start }: Range, depth: number): Generator<Range> {
  if (bytes[start] !== OPEN_LIST) throw new JsonError('expected a list', start);
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== CLOSE_LIST) {
    const end = skipValue(bytes, at, depth);
    yield { start: at, end };
    at = skipComma(bytes, end);
  }
}

/** A text from a peer as an error message may show it. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** To the next member or the end: the caller has checked that the whole is well-formed. */
function skipComma(bytes: Buffer, at: number): number {
  const next = skipSpace(bytes, at);
  return bytes[next] === COMMA ? skipSpace(bytes, next + 1) : next;
}
