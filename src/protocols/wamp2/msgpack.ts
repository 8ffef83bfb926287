import { binaryFormat } from './binary.js';
import { WAMP2_SUBPROTOCOL, Wamp2Error } from './codec.js';
import { MsgpackWriter } from './msgpack-writer.js';
import { type OctetReader, setEntry } from './octet-reader.js';

const TIMESTAMP = 0xff;
const NANOSECONDS = 1_000_000;

/**
 * MessagePack of version 5. Of extensions there are dates, read as ISO 8601, and the `undefined` of JavaScript clients,
 * read as null. [WAMP2 §MessagePack]
 */
export const MSGPACK = binaryFormat(
  { subprotocol: WAMP2_SUBPROTOCOL.msgpack, name: 'msgpack' },
  readValue,
  () => new MsgpackWriter(),
);

function readValue(from: OctetReader, depth: number): unknown {
  const token = from.uint8();
  if (token < 0x80) return token;
  if (token >= 0xe0) return token - 0x100;
  if (token < 0x90) return readMap(from, token & 0x0f, depth);
  if (token < 0xa0) return readList(from, token & 0x0f, depth);
  if (token < 0xc0) return from.text(token & 0x1f);
  return token < 0xcc
    ? readMarked(from, token)
    : token < 0xd4
      ? readInteger(from, token)
      : readSized(from, token, depth);
}

function readMarked(from: OctetReader, token: number): unknown {
  switch (token) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return from.octets(from.uint8());
    case 0xc5:
      return from.octets(from.uint16());
    case 0xc6:
      return from.octets(from.uint32());
    case 0xc7:
      return readExtension(from, from.uint8());
    case 0xca:
      return from.float32();
    case 0xcb:
      return from.float64();
    default:
      throw unknownToken(token);
  }
}

function readInteger(from: OctetReader, token: number): unknown {
  switch (token) {
    case 0xcc:
      return from.uint8();
    case 0xcd:
      return from.uint16();
    case 0xce:
      return from.uint32();
    case 0xcf:
      return from.uint64();
    case 0xd0:
      return from.int8();
    case 0xd1:
      return from.int16();
    case 0xd2:
      return from.int32();
    default:
      return from.int64();
  }
}

function readSized(from: OctetReader, token: number, depth: number): unknown {
  switch (token) {
    case 0xd9:
      return from.text(from.uint8());
    case 0xda:
      return from.text(from.uint16());
    case 0xdb:
      return from.text(from.uint32());
    case 0xdc:
      return readList(from, from.uint16(), depth);
    case 0xdd:
      return readList(from, from.uint32(), depth);
    case 0xde:
      return readMap(from, from.uint16(), depth);
    case 0xdf:
      return readMap(from, from.uint32(), depth);
    default:
      return readExtension(from, 2 ** (token - 0xd4));
  }
}

function readList(from: OctetReader, length: number, depth: number): unknown {
  if (depth <= 0) throw new Wamp2Error('nested too deeply');
  const list: unknown[] = [];
  for (let i = 0; i < length; i++) list.push(readValue(from, depth - 1));
  return list;
}

function readMap(from: OctetReader, length: number, depth: number): unknown {
  if (depth <= 0) throw new Wamp2Error('nested too deeply');
  const map: Record<string, unknown> = {};
  for (let i = 0; i < length; i++) setEntry(map, readValue(from, depth - 1), readValue(from, depth - 1));
  return map;
}

function readExtension(from: OctetReader, length: number): unknown {
  const type = from.uint8();
  if (type === 0 && length === 1 && from.takes(0)) return null;
  if (type !== TIMESTAMP) throw new Wamp2Error(`an extension of type ${type}`);
  const date = new Date(readTimestamp(from, length));
  if (Number.isNaN(date.getTime())) throw new Wamp2Error('a timestamp that is out of range');
  return date.toISOString();
}

/** Milliseconds since 1970. */
function readTimestamp(from: OctetReader, length: number): number {
  if (length === 4) return from.uint32() * 1000;
  const nanoseconds = from.uint32();
  if (length === 12) return Number(from.int64()) * 1000 + Math.floor(nanoseconds / NANOSECONDS);
  if (length !== 8) throw new Wamp2Error(`a timestamp of ${length} octets`);
  const seconds = (nanoseconds & 0b11) * 2 ** 32 + from.uint32();
  return seconds * 1000 + Math.floor((nanoseconds >>> 2) / NANOSECONDS);
}

function unknownToken(token: number): Wamp2Error {
  return new Wamp2Error(`an unknown or unsupported token 0x${token.toString(16)}`);
}
