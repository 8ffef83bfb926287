/** Whole numbers that were met, from 0 on, in a bit each up to the greatest. */
export class NumberSet {
  #bits = new Uint8Array(16);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False for one that was there already. */
  add(number: number): boolean {
    const at = number >>> 3;
    const bit = 1 << (number & 7);
    if (at >= this.#bits.length) this.#grow(at + 1);
    const octet = this.#bits[at] ?? 0;
    if ((octet & bit) !== 0) return false;
    this.#bits[at] = octet | bit;
    this.#size++;
    return true;
  }

  #grow(least: number): void {
    const bits = new Uint8Array(Math.max(least, this.#bits.length * 2));
    bits.set(this.#bits);
    this.#bits = bits;
  }
}
