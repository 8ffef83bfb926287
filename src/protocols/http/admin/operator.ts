import type { Authenticator } from '../../../core/authenticator.js';
import { RouterError } from '../../../core/errors.js';
import type { HttpRequest } from '../../../core/http.js';
import { readAttempt } from '../../../core/read-attempt.js';

/**
 * Throws `unauthorized` unless the request has the key, in the header `Authorization: Bearer` alone: a browser sends cookies and
 * Basic credentials along with the requests of foreign pages. Throws what the authenticator throws.
 */
export async function checkOperator(
  { headers, remoteAddress }: HttpRequest,
  authenticator: Authenticator,
): Promise<void> {
  const attempt = readAttempt({ remoteAddress, headers });
  if (attempt.credential?.source !== 'bearer') {
    throw new RouterError('unauthorized', 'the key of the operators is missing', {
      hint: 'send the header Authorization: Bearer KEY, with the value of admin.key',
    });
  }
  if ((await authenticator.authenticate(attempt)) === undefined)
    throw new RouterError('unauthorized', 'the key is not known');
}
