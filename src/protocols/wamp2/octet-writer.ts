const FIRST_SIZE = 512;

/** Octets that grow as they are written, most significant first. */
export class OctetWriter {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #at = 0;

  /** What was written. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  uint8(value: number): void {
    this.#bytes[this.#reserve(1)] = value;
  }

  uint16(value: number): void {
    this.#bytes.writeUInt16BE(value, this.#reserve(2));
  }

  uint32(value: number): void {
    this.#bytes.writeUInt32BE(value, this.#reserve(4));
  }

  uint64(value: bigint): void {
    this.#bytes.writeBigUInt64BE(value, this.#reserve(8));
  }

  float64(value: number): void {
    this.#bytes.writeDoubleBE(value, this.#reserve(8));
  }

  raw(value: Uint8Array): void {
    this.#bytes.set(value, this.#reserve(value.length));
  }

  /** UTF-8; `size` is its length in octets. */
  utf8(value: string, size: number): void {
    this.#bytes.write(value, this.#reserve(size), 'utf8');
  }

  #reserve(size: number): number {
    const at = this.#at;
    this.#at = at + size;
    if (this.#at > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const more = Buffer.allocUnsafe(Math.max(this.#at, this.#bytes.length * 2));
    more.set(this.#bytes, 0);
    this.#bytes = more;
  }
}
