import type { Authenticator } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';
import { after } from '../core/maybe-promise.js';
import type { Principal } from '../core/session.js';

/** How long users stay who they are. */
export interface SessionTtl {
  /** Milliseconds. */
  readonly ttl: number;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/**
 * The same authenticator, whose users cease to be who they are after `ttl` at the latest; their credentials may say
 * earlier. Back ends and anonymous peers have no end. Throws `unauthorized` for a user whose end has passed.
 */
export function sessionTtl(inner: Authenticator, options: SessionTtl): Authenticator {
  const bounded = bySessionTtl(options);
  return {
    method: inner.method,
    authenticate: (attempt) =>
      after(inner.authenticate(attempt), (principal) => principal && bounded(principal)),
  };
}

/** What makes of a principal one with such an end. */
export function bySessionTtl({ ttl, clock = Date.now }: SessionTtl): (principal: Principal) => Principal {
  return (principal) => {
    if (principal.kind !== 'user') return principal;
    const now = clock();
    const expires = Math.min(principal.expires ?? Number.POSITIVE_INFINITY, now + ttl);
    // also where it is not a number
    if (!(expires > now)) throw new RouterError('unauthorized', 'the identity has expired');
    return { ...principal, expires };
  };
}
