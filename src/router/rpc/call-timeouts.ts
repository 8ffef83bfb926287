import { every } from '../../core/interval.js';
import { Deadlines } from '../deadlines.js';

/** Milliseconds that a call may be late to be found out. */
const RESOLUTION = 50;

/** A call that does not wait for ever. */
export interface Expiring {
  /** When, in milliseconds of `CallTimeouts.now`; may be put off at any time. */
  readonly expires: number;
  expire(): void;
}

/** Finds calls whose time is over, with one timer for all and with none while nobody waits. */
export class CallTimeouts {
  readonly #deadlines = new Deadlines<Expiring>(performance.now(), { resolution: RESOLUTION });
  readonly #failed: (error: unknown) => void;
  #stop: (() => void) | undefined;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get size(): number {
    return this.#deadlines.size;
  }

  now(): number {
    return performance.now();
  }

  watch(call: Expiring): void {
    this.#deadlines.set(call, call.expires);
    this.#stop ??= every(RESOLUTION, () => this.#tick(), this.#failed);
  }

  forget(call: Expiring): void {
    this.#deadlines.delete(call);
  }

  /** A call that was put off is not moved until it comes up: parts of a result cost nothing here. */
  #tick(): void {
    const now = this.now();
    for (const call of this.#deadlines.take(now)) {
      if (call.expires > now) this.#deadlines.set(call, call.expires);
      else this.#expire(call);
    }
    if (this.#deadlines.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  #expire(call: Expiring): void {
    try {
      call.expire();
    } catch (error) {
      this.#failed(error);
    }
  }
}
