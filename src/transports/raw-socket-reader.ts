import { DISCONNECT, type Disconnect } from '../core/errors.js';
import { HEAD, LONGEST, LONGEST_BIT } from './raw-socket-envelope.js';

/** Where the frames of a connection go. */
export interface RawSocketSink {
  /** A whole frame; `type` is one of `FRAME_TYPE`. */
  frame(type: number, payload: Buffer): void;
  /** Octets that are against the protocol; nothing is read after them. */
  fault(why: Disconnect): void;
}

const RESERVED = 0xf0;
const TYPE = 0x07;
const LAST_TYPE = 2;
/** Octets that are set aside for a frame before any of it has arrived. */
const FIRST_ROOM = 4096;

const NOTHING = Buffer.alloc(0);

/**
 * Cuts the octets of a connection into frames, however the network has cut them. What has arrived whole is passed on
 * without a copy; of the rest hardly more than twice what has arrived is held. [WAMP2 §RawSocket Transport]
 */
export class RawSocketReader {
  readonly #sink: RawSocketSink;
  readonly #limit: number;
  /** The frame that has not arrived whole: its first `#filled` octets, head and all. */
  #held: Buffer = NOTHING;
  #filled = 0;
  #ended = false;

  /** A payload of more than `limit` octets is a fault. */
  constructor(sink: RawSocketSink, limit: number) {
    this.#sink = sink;
    this.#limit = limit;
  }

  read(chunk: Buffer): void {
    if (this.#ended) return;
    let at = this.#filled === 0 ? 0 : this.#complete(chunk);
    while (at < chunk.length && !this.#ended) at = this.#next(chunk, at);
  }

  /** Takes the frame at `at`, or holds what there is of it; returns where that ends. */
  #next(chunk: Buffer, at: number): number {
    const available = chunk.length - at;
    const size = available < HEAD ? HEAD : this.#sizeAt(chunk, at);
    if (size === undefined) return chunk.length;
    if (available < size) {
      this.#hold(chunk, at, size);
      return chunk.length;
    }
    this.#sink.frame((chunk[at] ?? 0) & TYPE, chunk.subarray(at + HEAD, at + size));
    return at + size;
  }

  /** Fills up the frame that is held, first its head, then its payload; returns how much of the chunk it took. */
  #complete(chunk: Buffer): number {
    let at = this.#filled < HEAD ? this.#hold(chunk, 0, HEAD) : 0;
    if (this.#filled < HEAD) return at;
    const size = this.#sizeAt(this.#held, 0);
    if (size === undefined) return chunk.length;
    at = this.#hold(chunk, at, size);
    if (this.#filled < size) return at;
    const frame = this.#held.subarray(0, size);
    this.#held = NOTHING;
    this.#filled = 0;
    this.#sink.frame((frame[0] ?? 0) & TYPE, frame.subarray(HEAD));
    return at;
  }

  /** Holds octets until there are `size`; returns where they end in the chunk. */
  #hold(chunk: Buffer, at: number, size: number): number {
    const end = Math.min(chunk.length, at + size - this.#filled);
    const filled = this.#filled + end - at;
    if (filled > this.#held.length) {
      const room = Buffer.allocUnsafeSlow(Math.min(Math.max(size, HEAD), Math.max(FIRST_ROOM, 2 * filled)));
      room.set(this.#held.subarray(0, this.#filled));
      this.#held = room;
    }
    this.#held.set(chunk.subarray(at, end), this.#filled);
    this.#filled = filled;
    return end;
  }

  /** Octets of the frame whose head is at `at`; undefined when the head is against the protocol. */
  #sizeAt(octets: Buffer, at: number): number | undefined {
    const first = octets[at] ?? 0;
    const short = octets.readUIntBE(at + 1, 3);
    const isLongest = (first & LONGEST_BIT) !== 0;
    if ((first & RESERVED) !== 0) return this.#fail('reserved bits in a frame');
    if ((first & TYPE) > LAST_TYPE) return this.#fail('a frame of unknown type');
    if (isLongest && short !== 0) return this.#fail('a frame with two lengths');
    const length = isLongest ? LONGEST : short;
    if (length > this.#limit) return this.#end(DISCONNECT.tooLarge);
    return HEAD + length;
  }

  #fail(what: string): undefined {
    return this.#end({ ...DISCONNECT.malformed, reason: `malformed message: ${what}` });
  }

  #end(why: Disconnect): undefined {
    this.#ended = true;
    this.#held = NOTHING;
    this.#sink.fault(why);
  }
}
