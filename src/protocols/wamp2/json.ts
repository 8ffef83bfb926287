import { isUtf8 } from 'node:buffer';
import { Frame } from '../../core/frame.js';
import { JsonError, skipSpace, skipValue } from '../../core/json-scanner.js';
import { readJson, writeJson } from '../../core/json-values.js';
import { Payload } from '../../core/payload.js';
import { WAMP2_SUBPROTOCOL, Wamp2Error } from './codec.js';
import type { ClientMessage } from './messages.js';
import { type Shape, shapeOf } from './read-message.js';
import type { Serializer } from './serializer.js';
import { isTransparent, NOTHING, readTransparent } from './transparent.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const LETTER_N = 0x6e;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** More than the longest message has, an ERROR with arguments. */
const MAX_ELEMENTS = 10;

/** Where the elements of a list are in its bytes: the start and the end of each. */
type Offsets = readonly number[];

/**
 * Messages as JSON text. Arguments are neither parsed nor written: they are checked to be JSON, and go out as the bytes
 * they came in. [WAMP2 §JSON]
 */
export class JsonSerializer implements Serializer {
  readonly subprotocol: string = WAMP2_SUBPROTOCOL.json;
  readonly name = 'json';
  readonly binary = false;
  readonly #depth: number;

  /** `depth` bounds the levels of lists and maps in each element of a message. */
  constructor(depth: number) {
    this.#depth = depth;
  }

  /** A binary frame is taken for text if it is valid UTF-8, as other routers do. */
  decode(data: Buffer, binary: boolean): readonly ClientMessage[] {
    if (binary && !isUtf8(data)) throw new Wamp2Error('not UTF-8');
    try {
      return [readText(data, this.#depth)];
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new Wamp2Error(`not JSON: ${error.message} at offset ${error.position}`);
    }
  }

  encode(head: readonly unknown[], payload?: Payload): Frame {
    const text = JSON.stringify(head);
    if (payload === undefined) return Frame.text(text);
    if (isTransparent(head, payload)) return splice(text, Buffer.from(writeJson(payload.bytes), 'latin1'));
    const { argumentsJson } = payload;
    return argumentsJson.length === '[]'.length ? Frame.text(text) : splice(text, argumentsJson);
  }
}

function readText(bytes: Buffer, depth: number): ClientMessage {
  const offsets = findElements(bytes, depth);
  const [start = 0, end = 0] = offsets;
  const shape = shapeOf(Number(bytes.toString('latin1', start, end)), offsets.length / 2);
  const head = JSON.parse(`[${bytes.toString('utf8', start, offsets[shape.length * 2 - 1])}]`);
  return shape.read(head, shape.hasPayload ? readPayload(bytes, offsets, shape, head) : NOTHING);
}

/** Throws `JsonError`, or `Wamp2Error` for what is no list. */
function findElements(bytes: Buffer, depth: number): Offsets {
  const offsets: number[] = [];
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_LIST) throw new Wamp2Error('a message must be a list');
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_LIST) return offsets;
  for (;;) {
    if (offsets.length === MAX_ELEMENTS * 2) throw new Wamp2Error('a message has too many elements');
    const end = skipValue(bytes, at, depth);
    offsets.push(at, end);
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_LIST) break;
    if (bytes[at] !== COMMA) throw new JsonError('expected , or ]', at);
    at = skipSpace(bytes, at + 1);
  }
  if (skipSpace(bytes, at + 1) !== bytes.length) throw new JsonError('text after the message', at + 1);
  return offsets;
}

function readPayload(bytes: Buffer, offsets: Offsets, shape: Shape, head: readonly unknown[]): Payload {
  const [list, listEnd = 0, map, mapEnd = 0] = offsets.slice(shape.length * 2);
  if (list === undefined) return NOTHING;
  if (bytes[list] === QUOTE)
    return readTransparent(readJson(bytes.toString('utf8', list, listEnd)), shape, head);
  const hasList = isFilled(bytes, list, `${shape.name}.Arguments`, OPEN_LIST, CLOSE_LIST);
  const hasMap =
    map !== undefined && isFilled(bytes, map, `${shape.name}.ArgumentsKw`, OPEN_OBJECT, CLOSE_OBJECT);
  if (!hasMap) return hasList ? Payload.fromArgumentsJson(bytes.subarray(list, listEnd)) : NOTHING;
  if (hasList) return Payload.fromArgumentsJson(bytes.subarray(list, mapEnd));
  return Payload.fromArgumentsJson(Buffer.concat([Buffer.from('[],'), bytes.subarray(map, mapEnd)]));
}

/** Whether the value is a list, or a map, with something in it; `null` stands for an empty one. */
function isFilled(bytes: Buffer, at: number, name: string, open: number, close: number): boolean {
  if (bytes[at] === LETTER_N) return false;
  if (bytes[at] !== open) throw new Wamp2Error(`${name} must be a ${open === OPEN_LIST ? 'list' : 'map'}`);
  return bytes[skipSpace(bytes, at + 1)] !== close;
}

/** The head with one more element, or two, that are JSON already. */
function splice(head: string, more: Buffer): Frame {
  const size = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(size + more.length + 1);
  bytes.write(head, 0);
  bytes[size - 1] = COMMA;
  bytes.set(more, size);
  bytes[bytes.length - 1] = CLOSE_LIST;
  return new Frame(bytes);
}
