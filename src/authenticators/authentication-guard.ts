import { addressGroup } from '../core/address-group.js';
import type { AuthAttempt, Authenticator } from '../core/authenticator.js';
import { isRouterError, overLimit, RouterError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import { RateTable } from '../core/rate-table.js';
import type { Principal } from '../core/session.js';
import { type Rate, rateText } from '../core/token-bucket.js';
import { within } from '../core/within.js';

export interface GuardOptions {
  /** How often an address may present wrong credentials; undefined for no bound. */
  readonly failedLogins: Rate | undefined;
  /** Milliseconds that an authenticator may take. */
  readonly authTimeout: number;
  /** Milliseconds that only ever grow. */
  readonly clock?: () => number;
}

/**
 * Makes authenticators that answer in time, and that look at no credential of an address from which too many wrong
 * ones came. All that it makes count the failures together.
 */
export function authenticationGuard({
  failedLogins,
  authTimeout,
  clock = () => performance.now(),
}: GuardOptions): (inner: Authenticator) => Authenticator {
  const failures = failedLogins && new RateTable(failedLogins);
  return (inner) => {
    const timed = new TimedAuthenticator(inner, authTimeout);
    return failures === undefined ? timed : new ThrottledAuthenticator(timed, { failures, clock });
  };
}

/** Turns an answer that is late into the refusal `timeout`. */
class TimedAuthenticator implements Authenticator {
  readonly method: string;
  readonly #inner: Authenticator;
  readonly #timeout: number;

  constructor(inner: Authenticator, timeout: number) {
    this.method = inner.method;
    this.#inner = inner;
    this.#timeout = timeout;
  }

  authenticate(attempt: AuthAttempt): MaybePromise<Principal | undefined> {
    const answer = this.#inner.authenticate(attempt);
    return isPromise(answer) ? within(this.#timeout, answer, () => this.#late()) : answer;
  }

  #late(): RouterError {
    const limit = 'limits.auth_timeout';
    return new RouterError('timeout', `who you are was not told within ${limit} of ${this.#timeout} ms`, {
      limit,
      hint: 'try again later',
    });
  }
}

/**
 * Takes a token of the address for each credential that is wrong. Without a token no credential of that address is
 * looked at, sound or not, so that guessing goes no faster; who presents none is not affected.
 */
class ThrottledAuthenticator implements Authenticator {
  readonly method: string;
  readonly #inner: Authenticator;
  readonly #failures: RateTable;
  readonly #clock: () => number;

  constructor(inner: Authenticator, { failures, clock }: { failures: RateTable; clock: () => number }) {
    this.method = inner.method;
    this.#inner = inner;
    this.#failures = failures;
    this.#clock = clock;
  }

  authenticate(attempt: AuthAttempt): MaybePromise<Principal | undefined> {
    if (attempt.credential === undefined) return this.#inner.authenticate(attempt);
    const group = addressGroup(attempt.remoteAddress);
    const wait = this.#failures.wait(group, this.#clock());
    if (wait > 0) throw this.#refusal(wait);
    try {
      const answer = this.#inner.authenticate(attempt);
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
