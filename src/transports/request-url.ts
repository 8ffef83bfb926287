import { RouterError } from '../core/errors.js';

/**
 * The URL of a request line in origin form. Clients send the path, or the whole URL as proxies and the Gos client do.
 * Throws `bad_request` for what is neither. [RFC 9112 §3.2]
 */
export function readRequestUrl(text: string): URL {
  try {
    return new URL(text.startsWith('/') ? `http://signalbox${text}` : text);
  } catch {
    throw new RouterError('bad_request', 'the request line has no valid URL');
  }
}
