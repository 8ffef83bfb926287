import type { Authenticator } from '../../core/authenticator.js';
import { RouterError } from '../../core/errors.js';
import type { HttpRequest } from '../../core/http.js';
import { readAttempt } from '../../core/read-attempt.js';
import type { Principal } from '../../core/session.js';

/**
 * Who asks for something that strangers may have, too: by the header `Authorization` alone, as with `callerOf`, or nobody in
 * particular. Throws `unauthorized`.
 */
export async function readerOf(
  { headers, remoteAddress }: HttpRequest,
  authenticator: Authenticator,
): Promise<Principal> {
  const principal = await authenticator.authenticate(readAttempt({ remoteAddress, headers }));
  if (principal !== undefined) return principal;
  throw new RouterError('unauthorized', 'credentials are missing', {
    hint: 'send the header Authorization: Bearer, with a key, a ticket or a token',
  });
}
