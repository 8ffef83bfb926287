import { RouterError } from '../../core/errors.js';
import type { HttpRequest } from '../../core/http.js';

/** The credentials of `Authorization: Bearer`. Throws `unauthorized` if there are none. [RFC 6750 §2.1] */
export function bearerOf(request: HttpRequest): string {
  const header = request.headers['authorization'];
  if (header === undefined) throw unauthorized('the key is missing');
  const [, bearer] = /^bearer +(\S+)$/i.exec(String(header).trim()) ?? [];
  if (bearer === undefined) throw unauthorized('the header authorization is not of the form Bearer KEY');
  return bearer;
}

/**
 * Throws `bad_request` unless the body says that it is JSON, or says nothing. What a page of another origin may send
 * without asking first is thereby refused.
 */
export function checkContentType(request: HttpRequest): void {
  const header = request.headers['content-type'];
  if (header === undefined || /^application\/json *(;|$)/i.test(String(header))) return;
  throw new RouterError(
    'bad_request',
    `a body of the content type ${String(header).slice(0, 100)} is not read`,
    {
      hint: 'send the header Content-Type: application/json',
    },
  );
}

function unauthorized(message: string): RouterError {
  return new RouterError('unauthorized', message, { hint: 'send the header Authorization: Bearer KEY' });
}
