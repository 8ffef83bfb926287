import type { AuthAttempt, Credential } from './authenticator.js';
import { RouterError } from './errors.js';

/** Characters of a credential that are looked at; anything longer is refused before any work. */
export const MAX_CREDENTIAL = 8192;

type Headers = AuthAttempt['headers'];

/** What a request or handshake says about its sender. */
export interface Presented {
  readonly remoteAddress: string;
  readonly headers: Headers;
  /** Where `?ticket=` and `?token=` are read from; left out where addresses end up in logs for nothing. */
  readonly url?: URL;
  /** The name of the cookie that may hold a credential. */
  readonly cookie?: string | undefined;
}

/**
 * The attempt of a handshake or request. One credential is looked at, the first of: `?ticket=`, `?token=`,
 * `Authorization: Bearer` or `Basic`, the cookie. A cookie counts only beside an `Origin`, which the caller has
 * checked: browsers send cookies along with the requests of foreign pages. Throws `unauthorized` for one that is
 * overlong or not of its form. [RFC 6750 §2.1] [RFC 7617 §2]
 */
export function readAttempt({ remoteAddress, headers, url, cookie }: Presented): AuthAttempt {
  const credential = inAddress(url) ?? inAuthorization(headers) ?? inCookie(headers, cookie);
  if (credential === undefined) return { remoteAddress, headers };
  if (credential.secret.length > MAX_CREDENTIAL) {
    throw new RouterError('unauthorized', `the credential is over ${MAX_CREDENTIAL} characters`);
  }
  return { remoteAddress, headers, credential };
}

function inAddress(url: URL | undefined): Credential | undefined {
  for (const source of ['ticket', 'token'] as const) {
    const secret = url?.searchParams.get(source);
    if (secret != null) return { source, secret };
  }
  return undefined;
}

function inAuthorization(headers: Headers): Credential | undefined {
  const header = headers['authorization'];
  if (header === undefined) return undefined;
  const [, scheme = '', secret = ''] = /^(bearer|basic) +(\S+)$/i.exec(String(header).trim()) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { source: 'bearer', secret };
  const [, identity, password] = scheme === '' ? [] : (/^([^:]*):(.*)$/s.exec(decodeBase64(secret)) ?? []);
  if (identity !== undefined && password !== undefined) {
    return { source: 'basic', identity, secret: password };
  }
  throw new RouterError(
    'unauthorized',
    'the header authorization is not of the form Bearer KEY or Basic CREDENTIALS',
    {
      hint: 'send the header Authorization: Bearer KEY',
    },
  );
}

function decodeBase64(text: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(atob(text), (c) => c.charCodeAt(0)),
    );
  } catch {
    return '';
  }
}

function inCookie(headers: Headers, name: string | undefined): Credential | undefined {
  if (name === undefined || name === '' || headers['origin'] === undefined) return undefined;
  const secret = readCookies(headers).get(name);
  return secret === undefined ? undefined : { source: 'cookie', secret };
}

/** The cookies of a request; of two with one name the first, as browsers send the most specific one first. [RFC 6265 §5.4] */
export function readCookies(headers: Headers): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of String(headers['cookie'] ?? '').split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at)).trim();
    const value = pair.slice(at + 1).trim();
    if (name !== '' && !cookies.has(name)) cookies.set(name, value.replace(/^"(.*)"$/, '$1'));
  }
  return cookies;
}
