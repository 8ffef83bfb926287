import type { AuthAttempt, Authenticator } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';
import { after } from '../core/maybe-promise.js';
import type { Principal } from '../core/session.js';

/**
 * Users whose earlier credentials are not valid any more. At most `size` are remembered one by one; what is forgotten
 * then counts for everybody, so that nothing that was withdrawn ever becomes valid again.
 */
export class Revocations {
  readonly #size: number;
  /** In the order in which they were made. */
  readonly #byUser = new Map<string, number>();
  #everybody = Number.NEGATIVE_INFINITY;

  constructor(size: number) {
    this.#size = size;
  }

  /** Withdraws what was made for the user, or for everybody, up to this moment, in milliseconds since 1970. */
  revoke(user: string | undefined, time: number): void {
    if (user === undefined) {
      this.#everybody = Math.max(this.#everybody, time);
      return;
    }
    const latest = Math.max(this.#byUser.get(user) ?? time, time);
    this.#byUser.delete(user);
    this.#byUser.set(user, latest);
    if (this.#byUser.size <= this.#size) return;
    for (const [oldest, moment] of this.#byUser) {
      this.#everybody = Math.max(this.#everybody, moment);
      this.#byUser.delete(oldest);
      return;
    }
  }

  /** The same principal. Throws `unauthorized` where its credential was withdrawn. */
  check(principal: Principal): Principal {
    if (!this.covers(principal)) return principal;
    throw new RouterError('unauthorized', 'the credential was withdrawn', { hint: 'log in again' });
  }

  /** Times of credentials are whole seconds: one of the very second of the withdrawal is withdrawn. */
  covers({ kind, id = '', issued = 0 }: Principal): boolean {
    if (kind !== 'user') return false;
    const moment = Math.max(this.#byUser.get(id) ?? Number.NEGATIVE_INFINITY, this.#everybody);
    return issued <= moment;
  }
}

/** Asks another authenticator, and refuses those whose credential was withdrawn. */
export function revocable(inner: Authenticator, revocations: Revocations): Authenticator {
  const checked = (principal: Principal | undefined) => principal && revocations.check(principal);
  return {
    method: inner.method,
    authenticate(attempt: AuthAttempt) {
      return after(inner.authenticate(attempt), checked);
    },
  };
}
