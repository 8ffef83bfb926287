import type { AuthAttempt, Credential } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';

/** Names of what is shown to the application; headers in lower case. */
export interface Shown {
  readonly cookies: readonly string[];
  readonly headers: readonly string[];
}

/** A printable text of a header; anything else was not sent by a browser or proxy. */
const PRINTABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The headers that show an attempt to the application: the listed cookies and headers, and nothing else of it.
 * Undefined where it has none of them, or presents a credential that is not among them. Cookies count only beside an
 * `Origin`, which has been checked: browsers send cookies with the requests of foreign pages, too.
 */
export function forwarded(attempt: AuthAttempt, names: Shown): Readonly<Record<string, string>> | undefined {
  const cookies = attempt.headers['origin'] === undefined ? [] : listedCookies(attempt, names.cookies);
  const shown: Record<string, string> = {};
  for (const name of names.headers) {
    const value = Object.hasOwn(attempt.headers, name) ? attempt.headers[name] : undefined;
    if (value !== undefined) shown[name] = [value].flat().join(', ');
  }
  if (cookies.length > 0) shown['cookie'] = cookies.map(([name, value]) => `${name}=${value}`).join('; ');
  if (Object.keys(shown).length === 0 || !covers(shown, cookies, attempt.credential)) return undefined;
  if (Object.values(shown).every((value) => PRINTABLE.test(value))) return shown;
  throw new RouterError('unauthorized', 'the cookies or headers cannot be read');
}

type Pair = readonly [name: string, value: string];

/** As they were sent: quotes and repetitions are the application's to judge. */
function listedCookies({ headers }: AuthAttempt, names: readonly string[]): readonly Pair[] {
  const pairs = String(headers['cookie'] ?? '').split(';');
  return pairs.flatMap((pair): Pair[] => {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at)).trim();
    return names.includes(name) ? [[name, pair.slice(at + 1).trim()]] : [];
  });
}

/** Whoever presents something that the application does not see must not become who the rest says. */
function covers(
  shown: Readonly<Record<string, string>>,
  cookies: readonly Pair[],
  credential: Credential | undefined,
): boolean {
  if (credential === undefined) return true;
  const { source, secret } = credential;
  if (source === 'bearer' || source === 'basic') return shown['authorization'] !== undefined;
  return source === 'cookie' && cookies.some(([, value]) => value.replace(/^"(.*)"$/, '$1') === secret);
}
