import { RouterError } from '../core/errors.js';

/**
 * What stands between a live channel and publishes under way whose sessions may not publish there any more. While there are any,
 * nobody publishes but who is asked at that moment: a handler thinks for one who may not.
 */
export class PublishBar {
  #closed = 0;
  #isAsked = false;

  get isClosed(): boolean {
    return this.#closed > 0;
  }

  /** For one publish, until the returned function is called. */
  close(): () => void {
    this.#closed++;
    return () => void this.#closed--;
  }

  /** Asks the handler about a publish; what it broadcasts before it returns is what its session may publish. */
  ask<T>(question: () => T): T {
    this.#isAsked = true;
    try {
      return question();
    } finally {
      this.#isAsked = false;
    }
  }

  /** Throws `unavailable` for what nobody is asked about. */
  check(): void {
    if (!this.isClosed || this.#isAsked) return;
    throw new RouterError('unavailable', 'the routes have changed while it was decided', {
      hint: 'publish again',
    });
  }
}
