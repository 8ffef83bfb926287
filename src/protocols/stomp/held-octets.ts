const NOTHING = Buffer.alloc(0);
/** Octets that are set aside at first. */
const FIRST_ROOM = 256;

/** What has arrived of something that has not arrived whole. Holds hardly more than twice what has arrived. */
export class HeldOctets {
  #room: Buffer = NOTHING;
  #filled = 0;

  get size(): number {
    return this.#filled;
  }

  /** Keeps a copy of these octets of the chunk. */
  add(chunk: Buffer, from: number, to: number): void {
    const filled = this.#filled + to - from;
    if (filled > this.#room.length) {
      const room = Buffer.allocUnsafeSlow(Math.max(FIRST_ROOM, 2 * filled));
      room.set(this.#room.subarray(0, this.#filled));
      this.#room = room;
    }
    chunk.copy(this.#room, this.#filled, from, to);
    this.#filled = filled;
  }

  /** What was held and these octets of the chunk; not copied where nothing was held. */
  complete(chunk: Buffer, from: number, to: number): Buffer {
    if (this.#filled === 0) return chunk.subarray(from, to);
    this.add(chunk, from, to);
    return this.take();
  }

  /** All of it, for good: the next octets get memory of their own. */
  take(): Buffer {
    const taken = this.#room.subarray(0, this.#filled);
    this.#room = NOTHING;
    this.#filled = 0;
    return taken;
  }
}
