import { Wamp2Error } from './codec.js';

const TWO_32 = 2 ** 32;
/** Whole numbers are exact up to it. */
export const MAX_EXACT = 2 ** 53;

/** Reads octets from the first to the last, most significant first. Throws a `Wamp2Error` at their end. */
export class OctetReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  uint8(): number {
    const octet = this.#bytes[this.#at];
    if (octet === undefined) throw tooShort();
    this.#at++;
    return octet;
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#skip(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#skip(4));
  }

  /** A bigint where a number would not be exact. */
  uint64(): number | bigint {
    const at = this.#skip(8);
    const value = this.#bytes.readUInt32BE(at) * TWO_32 + this.#bytes.readUInt32BE(at + 4);
    return value <= MAX_EXACT ? value : exact(this.#bytes.readBigUInt64BE(at));
  }

  int8(): number {
    return this.#bytes.readInt8(this.#skip(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#skip(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#skip(4));
  }

  /** A bigint where a number would not be exact. */
  int64(): number | bigint {
    return exact(this.#bytes.readBigInt64BE(this.#skip(8)));
  }

  float32(): number {
    return this.#bytes.readFloatBE(this.#skip(4));
  }

  float64(): number {
    return this.#bytes.readDoubleBE(this.#skip(8));
  }

  /** Not a copy. */
  octets(length: number): Buffer {
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** What is not UTF-8 becomes U+FFFD. */
  text(length: number): string {
    const at = this.#skip(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  /** Whether the next octet is this one, which is then read. */
  takes(octet: number): boolean {
    if (this.#bytes[this.#at] !== octet) return false;
    this.#at++;
    return true;
  }

  #skip(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw tooShort();
    this.#at = at + length;
    return at;
  }
}

/** The number, where one is exact. */
export function exact(value: bigint): number | bigint {
  return value <= MAX_EXACT && value >= -MAX_EXACT ? Number(value) : value;
}

/** Puts an entry into a map that is read, as `JSON.parse` does: no name has a meaning of its own. */
export function setEntry(map: Record<string, unknown>, key: unknown, value: unknown): void {
  const name = asKey(key);
  if (name !== '__proto__') map[name] = value;
  else Object.defineProperty(map, name, { value, writable: true, enumerable: true, configurable: true });
}

function asKey(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'object' && key !== null) throw new Wamp2Error('a key of a map must be a string');
  return String(key);
}

function tooShort(): Wamp2Error {
  return new Wamp2Error('a message ends too early');
}
