import type { HttpRequest } from '../core/http.js';

/** What lets the page that sent the request read the answer; its origin has been checked. [Fetch §CORS protocol] */
export function allowance({ origin }: HttpRequest['headers']): Readonly<Record<string, string>> {
  if (origin === undefined) return {};
  return {
    'access-control-allow-origin': String(origin),
    'access-control-allow-credentials': 'true',
    vary: 'origin',
  };
}
