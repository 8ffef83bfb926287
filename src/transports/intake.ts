import { type Rate, TokenBucket } from '../core/token-bucket.js';

/** What can be read, and not read for a while. */
export interface Source {
  pause(): unknown;
  resume(): unknown;
}

/** How fast peers may speak. */
export interface IntakeLimits {
  /** Messages of one connection; undefined for no bound. */
  readonly messages: Rate | undefined;
  /** Told each time that a connection is not read for being too fast. */
  throttled(): void;
}

/** Says when a connection is read: not while somebody has paused it, nor while it is over its rate of messages. */
export class Intake {
  readonly #source: Source;
  readonly #limits: IntakeLimits;
  #bucket: TokenBucket | undefined;
  #pauses = 0;

  constructor(source: Source, limits: IntakeLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  get paused(): boolean {
    return this.#pauses > 0;
  }

  pause(): void {
    if (this.#pauses++ === 0) this.#source.pause();
  }

  resume(): void {
    if (--this.#pauses === 0) this.#source.resume();
  }

  /** Counts messages that have arrived; one too many pauses until its debt is paid, and nothing is lost. */
  take(count = 1): void {
    const { messages } = this.#limits;
    if (messages === undefined) return;
    const now = performance.now();
    this.#bucket ??= new TokenBucket(messages, now);
    const wait = this.#bucket.take(now, count);
    if (wait === 0 || this.#pauses > 0) return;
    this.#limits.throttled();
    this.pause();
    setTimeout(() => this.resume(), wait);
  }
}
