import type { Authenticator } from './authenticator.js';
import { RouterError } from './errors.js';
import type { HttpRequest } from './http.js';
import { readAttempt } from './read-attempt.js';
import type { Principal } from './session.js';

/**
 * Who makes an HTTP request, by the header `Authorization` alone: addresses end up in logs, and a cookie would come
 * along with the request of a foreign page. Throws `unauthorized` if there is none, and what the authenticator throws.
 */
export async function callerOf(
  { headers, remoteAddress }: HttpRequest,
  authenticator: Authenticator,
): Promise<Principal> {
  const attempt = readAttempt({ remoteAddress, headers });
  if (attempt.credential === undefined) {
    throw new RouterError('unauthorized', 'the key is missing', {
      hint: 'send the header Authorization: Bearer KEY',
    });
  }
  const principal = await authenticator.authenticate(attempt);
  if (principal !== undefined) return principal;
  throw new RouterError('unauthorized', 'the key is not known');
}

/** The same, for what back ends alone may do. Throws `forbidden` for others, naming `what` needs a key. */
export async function backendOf(
  request: HttpRequest,
  authenticator: Authenticator,
  what: string,
): Promise<Principal> {
  const principal = await callerOf(request, authenticator);
  if (principal.kind === 'backend') return principal;
  throw new RouterError('forbidden', `${what} needs a back-end key`);
}

/** The same, for what reaches beyond channels: a key that is bound to some of them may not. */
export async function administratorOf(
  request: HttpRequest,
  authenticator: Authenticator,
  what: string,
): Promise<Principal> {
  const principal = await backendOf(request, authenticator, what);
  if (principal.scope === undefined) return principal;
  throw new RouterError('forbidden', `${what} needs a key that is not bound to channels`);
}
