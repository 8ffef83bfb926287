import { OctetWriter } from './octet-writer.js';
import type { ValueWriter } from './write-value.js';

const TWO_64 = 2n ** 64n;

/** Kinds of values, as the first three bits. */
const UNSIGNED = 0x00;
const NEGATIVE = 0x20;
const OCTETS = 0x40;
const TEXT = 0x60;
const LIST = 0x80;
const MAP = 0xa0;
const POSITIVE_BIG = 0xc2;
const NEGATIVE_BIG = 0xc3;

/** Writes CBOR, each value in its shortest form but floats, which have 64 bits. [WAMP2 §CBOR] */
export class CborWriter extends OctetWriter implements ValueWriter {
  nil(): void {
    this.uint8(0xf6);
  }

  flag(value: boolean): void {
    this.uint8(value ? 0xf5 : 0xf4);
  }

  integer(value: number): void {
    if (value < 0) this.#head(NEGATIVE, -1 - value);
    else this.#head(UNSIGNED, value);
  }

  bigInteger(value: bigint): void {
    const count = value < 0n ? -1n - value : value;
    if (count < TWO_64) {
      this.uint8((value < 0n ? NEGATIVE : UNSIGNED) | 27);
      this.uint64(count);
    } else {
      this.uint8(value < 0n ? NEGATIVE_BIG : POSITIVE_BIG);
      this.octets(octetsOf(count));
    }
  }

  float(value: number): void {
    this.uint8(0xfb);
    this.float64(value);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.#head(TEXT, size);
    this.utf8(value, size);
  }

  octets(value: Uint8Array): void {
    this.#head(OCTETS, value.length);
    this.raw(value);
  }

  listHead(length: number): void {
    this.#head(LIST, length);
  }

  mapHead(length: number): void {
    this.#head(MAP, length);
  }

  #head(kind: number, count: number): void {
    if (count < 24) {
      this.uint8(kind | count);
    } else if (count < 0x100) {
      this.uint8(kind | 24);
      this.uint8(count);
    } else if (count < 0x10000) {
      this.uint8(kind | 25);
      this.uint16(count);
    } else if (count < 0x100000000) {
      this.uint8(kind | 26);
      this.uint32(count);
    } else {
      this.uint8(kind | 27);
      this.uint64(BigInt(count));
    }
  }
}

function octetsOf(value: bigint): Buffer {
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}
