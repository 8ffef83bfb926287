import { RouterError } from '../../core/errors.js';
import type { HttpRequest } from '../../core/http.js';

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
