/**
 * Reads JSON bytes without building anything: says where a value ends, or where and why it is not JSON.
 * It lets a payload be passed on as the bytes that arrived, once they are known to be one well-formed value of
 * bounded depth. Byte order marks, `NaN`, trailing commas and the like are errors, as in `JSON.parse`.
 */

/** Not JSON, or nested too deeply; `position` is the offset of the offending byte. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Offset of the first byte at or after `at` that is not white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let byte = bytes[at];
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at];
  return at;
}

/** Offset just after the value that starts at `at`; `depth` more levels may be opened. Throws `JsonError`. */
export function skipValue(bytes: Uint8Array, at: number, depth: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return skipString(bytes, at);
    case OPEN_OBJECT:
      return skipObject(bytes, at, depth);
    case OPEN_LIST:
      return skipList(bytes, at, depth);
    case 0x74:
      return skipWord(bytes, at, 'true');
    case 0x66:
      return skipWord(bytes, at, 'false');
    case 0x6e:
      return skipWord(bytes, at, 'null');
    default:
      return skipNumber(bytes, at);
  }
}

/** Offset just after the string whose opening quote is at `at`. */
export function skipString(bytes: Uint8Array, at: number): number {
  let i = at + 1;
  for (;;) {
    let byte = bytes[i];
    while (byte !== undefined && byte > QUOTE && byte !== BACKSLASH) byte = bytes[++i];
    if (byte === QUOTE) return i + 1;
    if (byte === undefined) throw new JsonError('a string does not end', at);
    if (byte < 0x20) throw new JsonError('a control character in a string', i);
    i = byte === BACKSLASH ? skipEscape(bytes, i) : i + 1;
  }
}

function skipEscape(bytes: Uint8Array, at: number): number {
  const byte = bytes[at + 1];
  if (byte === 0x75) {
    for (let i = at + 2; i < at + 6; i++) {
      if (!isHexDigit(bytes[i])) throw new JsonError('\\u needs four hexadecimal digits', at);
    }
    return at + 6;
  }
  if (byte === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(byte))) {
    throw new JsonError('an unknown escape in a string', at);
  }
  return at + 2;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function skipList(bytes: Uint8Array, at: number, depth: number): number {
  if (depth <= 0) throw new JsonError('nested too deeply', at);
  let i = skipSpace(bytes, at + 1);
  if (bytes[i] === CLOSE_LIST) return i + 1;
  for (;;) {
    i = skipSpace(bytes, skipValue(bytes, i, depth - 1));
    if (bytes[i] === CLOSE_LIST) return i + 1;
    if (bytes[i] !== COMMA) throw new JsonError('expected , or ]', i);
    i = skipSpace(bytes, i + 1);
  }
}

function skipObject(bytes: Uint8Array, at: number, depth: number): number {
  if (depth <= 0) throw new JsonError('nested too deeply', at);
  let i = skipSpace(bytes, at + 1);
  if (bytes[i] === CLOSE_OBJECT) return i + 1;
  for (;;) {
    i = skipSpace(bytes, skipValue(bytes, skipKey(bytes, i), depth - 1));
    if (bytes[i] === CLOSE_OBJECT) return i + 1;
    if (bytes[i] !== COMMA) throw new JsonError('expected , or }', i);
    i = skipSpace(bytes, i + 1);
  }
}

/** Offset of the value of the member whose key starts at `at`. */
export function skipKey(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) throw new JsonError('expected a key in double quotes', at);
  const colon = skipSpace(bytes, skipString(bytes, at));
  if (bytes[colon] !== COLON) throw new JsonError('expected :', colon);
  return skipSpace(bytes, colon + 1);
}

function skipWord(bytes: Uint8Array, at: number, word: string): number {
  for (let i = 0; i < word.length; i++) {
    if (bytes[at + i] !== word.charCodeAt(i)) throw new JsonError(`expected ${word}`, at);
  }
  return at + word.length;
}

function skipNumber(bytes: Uint8Array, at: number): number {
  let i = bytes[at] === 0x2d ? at + 1 : at;
  if (!isDigit(bytes[i])) throw new JsonError('expected a value', at);
  i = bytes[i] === 0x30 ? i + 1 : skipDigits(bytes, i);
  if (bytes[i] === 0x2e) i = skipDigits(bytes, i + 1);
  if (bytes[i] === 0x65 || bytes[i] === 0x45) {
    i = bytes[i + 1] === 0x2b || bytes[i + 1] === 0x2d ? i + 2 : i + 1;
    i = skipDigits(bytes, i);
  }
  return i;
}

function skipDigits(bytes: Uint8Array, at: number): number {
  if (!isDigit(bytes[at])) throw new JsonError('expected a digit', at);
  let i = at + 1;
  while (isDigit(bytes[i])) i++;
  return i;
}
