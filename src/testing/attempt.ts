import { AssertionError } from 'node:assert';
import { type ErrorCode, isRouterError, type RouterError } from '../core/errors.js';
import { REAL } from './real-time.js';
import type { TestClock } from './test-clock.js';

/** Milliseconds of real time: less than what test runners give a test. */
const PATIENCE = 4000;

/** What a peer has asked for: a promise that rejects with the `RouterError` of a refusal. */
export class Attempt<T> extends Promise<T> {
  #what = '';

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Of `what`, such as `the subscription to chat/lobby`. Where the clock stands still, no answer is waited for for ever. */
  static of<T>(what: string, clock: TestClock, begin: () => Promise<T>): Attempt<T> {
    const attempt = new Attempt<T>((resolve, reject) => {
      const late = () => {
        const message = `${what} was not answered within ${PATIENCE} ms${clock.hint}`;
        reject(new AssertionError({ message }));
      };
      const timer = clock.isControlled ? REAL.setTimeout(late, PATIENCE) : undefined;
      begin()
        .then(resolve, reject)
        .finally(() => REAL.clearTimeout(timer));
    });
    attempt.#what = what;
    // A test may let time pass before it looks at a refusal.
    attempt.catch(() => undefined);
    return attempt;
  }

  /**
   * Resolves to the refusal. Throws an `AssertionError` where it is accepted, or refused with another code; any other error
   * passes as it is.
   */
  async expectRefusal(code?: ErrorCode): Promise<RouterError> {
    const wanted = code === undefined ? 'a refusal' : `the refusal ${code}`;
    const outcome = await this.then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    if (outcome === undefined) {
      throw new AssertionError({ message: `${this.#what} was accepted; expected was ${wanted}` });
    }
    if (!isRouterError(outcome)) throw outcome;
    if (code !== undefined && outcome.code !== code) {
      const message = `${this.#what} was refused with ${outcome.code} (${outcome.message}); expected was ${wanted}`;
      throw new AssertionError({ message, actual: outcome.code, expected: code, operator: 'expectRefusal' });
    }
    return outcome;
  }
}
