import { binaryFormat } from './binary.js';
import { CborWriter } from './cbor-writer.js';
import { WAMP2_SUBPROTOCOL, Wamp2Error } from './codec.js';
import { exact, MAX_EXACT, type OctetReader, setEntry } from './octet-reader.js';

const INDEFINITE = 31;
const BREAK = 0xff;
const TAG_TIME = 1;
const TAG_BIG = 2;
const TAG_NEGATIVE_BIG = 3;

/** Octets of the largest integer: writing the digits of one takes time that grows with its square. */
const MAX_BIG = 128;

/**
 * CBOR. Of tags, those of times are read as ISO 8601 and those of big integers as such; any other is passed over, and what
 * it marks is read as it is. [WAMP2 §CBOR]
 */
export const CBOR = binaryFormat(
  { subprotocol: WAMP2_SUBPROTOCOL.cbor, name: 'cbor' },
  readValue,
  () => new CborWriter(),
);

function readValue(from: OctetReader, depth: number): unknown {
  const token = from.uint8();
  const info = token & 0x1f;
  switch (token >> 5) {
    case 0:
      return readCount(from, info);
    case 1:
      return negative(readCount(from, info));
    case 2:
      return info === INDEFINITE ? Buffer.concat(readPieces(from, 2)) : from.octets(readLength(from, info));
    case 3:
      return info === INDEFINITE
        ? Buffer.concat(readPieces(from, 3)).toString('utf8')
        : from.text(readLength(from, info));
    case 4:
      return readList(from, info, depth);
    case 5:
      return readMap(from, info, depth);
    case 6:
      return readTagged(from, readCount(from, info), depth);
    default:
      return readSimple(from, info);
  }
}

function readCount(from: OctetReader, info: number): number | bigint {
  if (info < 24) return info;
  switch (info) {
    case 24:
      return from.uint8();
    case 25:
      return from.uint16();
    case 26:
      return from.uint32();
    case 27:
      return from.uint64();
    default:
      throw unknown(info);
  }
}

/** How many octets, items or entries follow; more than there can be are refused where they run out. */
function readLength(from: OctetReader, info: number): number {
  return Number(readCount(from, info));
}

function negative(count: number | bigint): number | bigint {
  return typeof count === 'number' && count < MAX_EXACT ? -1 - count : exact(-1n - BigInt(count));
}

function readPieces(from: OctetReader, major: number): readonly Buffer[] {
  const pieces: Buffer[] = [];
  while (!from.takes(BREAK)) {
    const token = from.uint8();
    if (token >> 5 !== major) throw new Wamp2Error('a string of mixed pieces');
    pieces.push(from.octets(readLength(from, token & 0x1f)));
  }
  return pieces;
}

function readList(from: OctetReader, info: number, depth: number): unknown {
  if (depth <= 0) throw new Wamp2Error('nested too deeply');
  const list: unknown[] = [];
  if (info === INDEFINITE) {
    while (!from.takes(BREAK)) list.push(readValue(from, depth - 1));
    return list;
  }
  const length = readLength(from, info);
  for (let i = 0; i < length; i++) list.push(readValue(from, depth - 1));
  return list;
}

function readMap(from: OctetReader, info: number, depth: number): unknown {
  if (depth <= 0) throw new Wamp2Error('nested too deeply');
  const map: Record<string, unknown> = {};
  if (info === INDEFINITE) {
    while (!from.takes(BREAK)) setEntry(map, readValue(from, depth - 1), readValue(from, depth - 1));
    return map;
  }
  const length = readLength(from, info);
  for (let i = 0; i < length; i++) setEntry(map, readValue(from, depth - 1), readValue(from, depth - 1));
  return map;
}

function readTagged(from: OctetReader, tag: number | bigint, depth: number): unknown {
  if (depth <= 0) throw new Wamp2Error('nested too deeply');
  const value = readValue(from, depth - 1);
  if (tag === TAG_TIME) return asTime(value);
  if (tag === TAG_BIG) return exact(asBig(value));
  return tag === TAG_NEGATIVE_BIG ? exact(-1n - asBig(value)) : value;
}

function asTime(seconds: unknown): string {
  const date = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new Wamp2Error('a time that is out of range');
  return date.toISOString();
}

function asBig(value: unknown): bigint {
  if (!(value instanceof Uint8Array) || value.length > MAX_BIG) {
    throw new Wamp2Error(`a big integer must have at most ${MAX_BIG} octets`);
  }
  return BigInt(`0x0${Buffer.from(value).toString('hex')}`);
}

function readSimple(from: OctetReader, info: number): unknown {
  switch (info) {
    case 20:
      return false;
    case 21:
      return true;
    case 22:
    case 23:
      return null;
    case 25:
      return halfFloat(from.uint16());
    case 26:
      return from.float32();
    case 27:
      return from.float64();
    default:
      throw unknown(info);
  }
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (fraction + 1024) * 2 ** (exponent - 25);
}

function unknown(info: number): Wamp2Error {
  return new Wamp2Error(`an unknown kind of value or length, ${info}`);
}
