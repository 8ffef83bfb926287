import type { MaybePromise } from '../../core/maybe-promise.js';

/** Messages of one session that may wait for the disk at a time. */
const MOST = 256;

/** Work that has its place and is not done: what follows does not wait for it, until it is too much. */
export class UnderWay {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** Work that does not fail. Resolves when more may follow. */
  add(done: Promise<void>): MaybePromise<void> {
    this.#count++;
    const counted = done.then(() => this.#less());
    if (this.#count >= MOST) return counted;
  }

  /** Resolves when all of it is done. */
  settled(): MaybePromise<void> {
    if (this.#count > 0) return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #less(): void {
    if (--this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
