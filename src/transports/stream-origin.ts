import { RouterError } from '../core/errors.js';
import type { HttpRequest } from '../core/http.js';

type Headers = HttpRequest['headers'];

/** Throws `forbidden` for an `Origin` that may not connect. */
export type OriginCheck = (origin: Headers[string]) => void;

/**
 * The headers of a GET with the origin of the page that sent it. Browsers name none when a page asks its own server, and say in a
 * header that no page can set that it does; `Host` is checked then as an origin is, since a name may have been bound anew.
 * Throws `forbidden`. [Fetch Metadata §2.3] [Fetch §3.2]
 */
export function withOrigin(headers: Headers, check: OriginCheck): Headers {
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  if (origin === undefined && site === 'same-origin')
    return { ...headers, origin: ownOrigin(String(host), check) };
  if (origin === undefined && (site === 'cross-site' || site === 'same-site'))
    throw new RouterError('forbidden', 'a page of another origin has to name it', {
      hint: 'use EventSource or fetch, which do',
    });
  check(origin);
  return headers;
}

/** Whether a proxy has taken TLS off cannot be seen here. */
function ownOrigin(host: string, check: OriginCheck): string {
  try {
    check(`https://${host}`);
    return `https://${host}`;
  } catch {
    check(`http://${host}`);
    return `http://${host}`;
  }
}
