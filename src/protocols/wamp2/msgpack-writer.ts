import { OctetWriter } from './octet-writer.js';
import type { ValueWriter } from './write-value.js';

const MAX_UINT_32 = 0xffffffff;
const TWO_63 = 2n ** 63n;
const TWO_64 = 2n ** 64n;

/** Writes MessagePack, each value in its shortest form; integers beyond 64 bits become floats. [WAMP2 §MessagePack] */
export class MsgpackWriter extends OctetWriter implements ValueWriter {
  nil(): void {
    this.uint8(0xc0);
  }

  flag(value: boolean): void {
    this.uint8(value ? 0xc3 : 0xc2);
  }

  integer(value: number): void {
    if (value < 0) this.#negative(value);
    else if (value < 0x80) this.uint8(value);
    else if (value <= MAX_UINT_32) this.#sized(value, 0xcc);
    else this.#wide(0xcf, BigInt(value));
  }

  bigInteger(value: bigint): void {
    if (value >= TWO_64 || value < -TWO_63) this.float(Number(value));
    else if (value < 0n) this.#wide(0xd3, BigInt.asUintN(64, value));
    else this.#wide(0xcf, value);
  }

  float(value: number): void {
    this.uint8(0xcb);
    this.float64(value);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    if (size < 0x20) this.uint8(0xa0 | size);
    else this.#sized(size, 0xd9);
    this.utf8(value, size);
  }

  octets(value: Uint8Array): void {
    this.#sized(value.length, 0xc4);
    this.raw(value);
  }

  listHead(length: number): void {
    this.#short(length, 0x90, 0xdc);
  }

  mapHead(length: number): void {
    this.#short(length, 0x80, 0xde);
  }

  #negative(value: number): void {
    if (value >= -0x20) this.uint8(value + 0x100);
    else if (value >= -0x80) this.#pair(0xd0, value + 0x100);
    else if (value >= -0x8000) this.#token16(0xd1, value + 0x10000);
    else if (value >= -0x80000000) this.#token32(0xd2, value + 0x100000000);
    else this.#wide(0xd3, BigInt.asUintN(64, BigInt(value)));
  }

  /** A number behind the first of three tokens, for 8, 16 and 32 bits. */
  #sized(value: number, token: number): void {
    if (value < 0x100) this.#pair(token, value);
    else if (value < 0x10000) this.#token16(token + 1, value);
    else this.#token32(token + 2, value);
  }

  #short(length: number, short: number, token: number): void {
    if (length < 0x10) this.uint8(short | length);
    else if (length < 0x10000) this.#token16(token, length);
    else this.#token32(token + 1, length);
  }

  #pair(token: number, value: number): void {
    this.uint8(token);
    this.uint8(value);
  }

  #token16(token: number, value: number): void {
    this.uint8(token);
    this.uint16(value);
  }

  #token32(token: number, value: number): void {
    this.uint8(token);
    this.uint32(value);
  }

  #wide(token: number, value: bigint): void {
    this.uint8(token);
    this.uint64(value);
  }
}
