import type { IncomingMessage } from 'node:http';
import { addressGroup } from '../core/address-group.js';
import { RouterError } from '../core/errors.js';

export interface WantedBody {
  /** Octets of it that are accepted. */
  readonly limit: number;
  /** Who sends it. */
  readonly remoteAddress: string;
}

/** Octets of each body that are not counted, so that small ones cost nothing. */
const FREE = 16_384;
const LEAST = 4096;
/** How many addresses may hold all that they may. */
const SHARES = 4;
const LIMIT = 'limits.bodies';
const NOTHING = Buffer.alloc(0);

/**
 * Reads bodies of requests. Nobody has said yet who sends them, so what all hold together is bounded, and what one address does by
 * a quarter of it, or by one body where that is more.
 */
export class BodyReader {
  readonly #most: number;
  readonly #held = new Map<string, number>();
  #all = 0;

  /** `most` octets, for those that have not come whole yet. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Resolves to the whole body. Throws `payload_too_large` for one over its limit, and `unavailable` where there is no room for it;
   * the connection is of no use then. Rejects when the peer goes.
   */
  async read(request: IncomingMessage, { limit, remoteAddress }: WantedBody): Promise<Buffer> {
    const declared = Number(request.headers['content-length'] ?? limit);
    if (declared > limit) throw tooLarge(limit);
    const group = addressGroup(remoteAddress);
    let held = 0;
    const grow = (capacity: number) => {
      if (capacity <= FREE) return;
      this.#claim(group, capacity - held, limit);
      held = capacity;
    };
    try {
      return await collect(request, new Octets({ limit, most: declared, grow }));
    } finally {
      if (held > 0) this.#release(group, held);
    }
  }

  #claim(group: string, octets: number, limit: number): void {
    const own = (this.#held.get(group) ?? 0) + octets;
    const isFull = this.#all + octets > Math.max(this.#most, limit);
    if (isFull || own > Math.max(this.#most / SHARES, limit))
      throw new RouterError('unavailable', `${LIMIT} of ${this.#most} bytes is reached`, { limit: LIMIT });
    this.#all += octets;
    this.#held.set(group, own);
  }

  #release(group: string, octets: number): void {
    const own = (this.#held.get(group) ?? 0) - octets;
    this.#all -= octets;
    if (own === 0) this.#held.delete(group);
    else this.#held.set(group, own);
  }
}

interface OctetsBounds {
  /** Octets that are accepted. */
  readonly limit: number;
  /** Octets that are expected at most. */
  readonly most: number;
  /** Throws where there is no room for so many octets. */
  readonly grow: (capacity: number) => void;
}

/** What has come of a body, in one piece: a chunk for each octet would take a hundred times its size. */
class Octets {
  readonly #bounds: OctetsBounds;
  #buffer: Buffer = NOTHING;
  /** Whether the buffer was made here, and is no part of what was read of a socket. */
  #isOwn = false;
  #size = 0;

  constructor(bounds: OctetsBounds) {
    this.#bounds = bounds;
  }

  /** Throws `payload_too_large`. */
  add(chunk: Buffer): void {
    const { limit, grow } = this.#bounds;
    const size = this.#size + chunk.length;
    if (size > limit) throw tooLarge(limit);
    if (this.#size === 0) {
      grow(chunk.length);
      this.#buffer = chunk;
    } else {
      if (size > this.#buffer.length) this.#enlarge(size);
      chunk.copy(this.#buffer, this.#size);
    }
    this.#size = size;
  }

  /** Nothing but the body: a part of it may be kept for long, and what is around it with it. */
  whole(): Buffer {
    if (this.#isOwn && this.#size === this.#buffer.length) return this.#buffer;
    return Buffer.concat([this.#buffer.subarray(0, this.#size)]);
  }

  #enlarge(size: number): void {
    const { most, grow } = this.#bounds;
    const capacity = Math.max(size, Math.min(most, Math.max(LEAST, 2 * this.#buffer.length)));
    grow(capacity);
    const buffer = Buffer.allocUnsafeSlow(capacity);
    this.#buffer.copy(buffer, 0, 0, this.#size);
    this.#buffer = buffer;
    this.#isOwn = true;
  }
}

/** What comes after a refusal is not read any more. An iterator would take the connection from its request, and with it the answer. */
function collect(request: IncomingMessage, octets: Octets): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer) => {
      try {
        octets.add(chunk);
      } catch (error) {
        request.off('data', take).pause();
        reject(error);
      }
    };
    request.on('data', take);
    request.once('end', () => resolve(octets.whole()));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.readableEnded) reject(new Error('the peer has gone'));
    });
  });
}

function tooLarge(limit: number): RouterError {
  return new RouterError('payload_too_large', `the body is over limits.body of ${limit} bytes`, {
    limit: 'limits.body',
  });
}
