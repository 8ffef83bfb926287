import { addressGroup } from '../core/address-group.js';
import { isRouterError, overLimit, type RouterError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import { RateTable } from '../core/rate-table.js';
import { type Rate, rateText } from '../core/token-bucket.js';

/**
 * Takes a token of an address for each proof of it that is wrong. Without a token nothing of that address is looked at,
 * sound or not, so that guessing goes no faster.
 */
export class FailedLogins {
  readonly #failures: RateTable;
  readonly #clock: () => number;

  /** `clock` gives milliseconds that only ever grow. */
  constructor(limit: Rate, clock: () => number) {
    this.#failures = new RateTable(limit);
    this.#clock = clock;
  }

  /** What comes of a look at the proof of an address. Throws `limit_exceeded` in place of it when it has no token. */
  watch<T>(remoteAddress: string, look: () => MaybePromise<T>): MaybePromise<T> {
    const group = addressGroup(remoteAddress);
    const wait = this.#failures.wait(group, this.#clock());
    if (wait > 0) throw this.#refusal(wait);
    try {
      const answer = look();
      return isPromise(answer) ? answer.catch((error) => this.#failed(error, group)) : answer;
    } catch (error) {
      return this.#failed(error, group);
    }
  }

  /** Into debt, so that attempts at the same time are paid for, too. */
  #failed(error: unknown, group: string): never {
    if (isRouterError(error) && error.code === 'unauthorized') this.#failures.take(group, this.#clock());
    throw error;
  }

  #refusal(wait: number): RouterError {
    const limit = 'limits.failed_logins';
    const rate = rateText(this.#failures.limit);
    const refusal = overLimit(limit, `${limit} of ${rate} is reached for this address`);
    return refusal.with({ hint: `try again in ${Math.ceil(wait / 1000)} seconds` });
  }
}
