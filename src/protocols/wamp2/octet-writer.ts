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
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  uint16(value: number): void {
    const at = this.#reserve(2);
    this.#bytes.writeUInt16BE(value, at);
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#bytes.writeUInt32BE(value, at);
  }

  uint64(value: bigint): void {
    const at = this.#reserve(8);
    this.#bytes.writeBigUInt64BE(value, at);
  }

  float64(value: number): void {
    const at = this.#reserve(8);
    this.#bytes.writeDoubleBE(value, at);
  }

  raw(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  /** UTF-8; `size` is its length in octets. */
  utf8(value: string, size: number): void {
    const at = this.#reserve(size);
    this.#bytes.write(value, at, 'utf8');
  }

  /** Where the octets go; `#bytes` may be another afterwards. */
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
