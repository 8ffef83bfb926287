import type { ReplayCache } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';

/** Milliseconds of one slot: ids that expire within the same one are forgotten together. */
const SLOT = 1000;

const LIMIT = 'limits.tickets';

/**
 * Remembers one-time credentials in this process, at most `size` of them. It never forgets one early: when it is full
 * of ids that have not expired, it throws `unavailable`, which names `limits.tickets`. An id whose time is over
 * already cannot be claimed.
 */
export class MemoryReplayCache implements ReplayCache {
  readonly #limit: number;
  readonly #clock: () => number;
  readonly #ids = new Set<string>();
  readonly #slots = new Map<number, string[]>();
  #swept: number;

  /** `clock` gives milliseconds since 1970. */
  constructor({ size, clock = Date.now }: { readonly size: number; readonly clock?: () => number }) {
    this.#limit = size;
    this.#clock = clock;
    this.#swept = slotOf(clock());
  }

  /** How many ids it remembers. */
  get size(): number {
    return this.#ids.size;
  }

  claim(id: string, until: number): boolean {
    const now = this.#clock();
    this.#forgetBefore(slotOf(now));
    if (this.#ids.has(id) || !(until > now)) return false;
    if (this.#ids.size >= this.#limit) throw full(this.#limit);
    this.#ids.add(id);
    // the clock may have been set back: a slot that was swept is not looked at again
    this.#put(id, Math.max(slotOf(until), this.#swept));
    return true;
  }

  #put(id: string, at: number): void {
    const slot = this.#slots.get(at);
    if (slot === undefined) this.#slots.set(at, [id]);
    else slot.push(id);
  }

  /** After a long pause there are fewer slots than seconds to look at. */
  #forgetBefore(slot: number): void {
    if (slot - this.#swept > this.#slots.size) {
      for (const old of this.#slots.keys()) if (old < slot) this.#forget(old);
    } else {
      for (let old = this.#swept; old < slot; old++) this.#forget(old);
    }
    this.#swept = Math.max(this.#swept, slot);
  }

  #forget(slot: number): void {
    for (const id of this.#slots.get(slot) ?? []) this.#ids.delete(id);
    this.#slots.delete(slot);
  }
}

function slotOf(time: number): number {
  return Math.floor(time / SLOT);
}

function full(limit: number): RouterError {
  return new RouterError('unavailable', `more than ${limit} one-time tickets are in use (${LIMIT})`, {
    hint: `try again when some have expired; make tickets live shorter, or raise ${LIMIT}`,
    limit: LIMIT,
  });
}
