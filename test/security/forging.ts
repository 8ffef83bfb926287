import { createHmac, type KeyObject, sign } from 'node:crypto';
import { SECRET } from '../support/server.js';
import { TOKEN_PAIR } from './scene.js';

const base64url = (text: string) => Buffer.from(text).toString('base64url');
/** Seconds since 1970, some later. */
export const seconds = (more = 0) => Math.floor(Date.now() / 1000) + more;

/** A ticket that is signed as it should be, whatever it says. */
export function signedTicket(
  claims: Readonly<Record<string, unknown>> | string,
  secret: string | Buffer = SECRET,
) {
  const sound = {
    sub: '5',
    org: ['7'],
    roles: [],
    iat: seconds(),
    exp: seconds(60),
    jti: String(Math.random()),
  };
  const text = typeof claims === 'string' ? claims : JSON.stringify({ ...sound, ...claims });
  const head = `v1.${base64url(text)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

export interface TokenParts {
  readonly header?: Readonly<Record<string, unknown>>;
  /** Added to what a sound token says, or in place of it; or the JSON itself. */
  readonly claims?: Readonly<Record<string, unknown>> | string;
  /** Makes the signature; left out, it is that of the issuer. */
  readonly signer?: KeyObject | ((signed: string) => string);
}

/** A JSON Web Token of any header and claims, signed in any way. */
export function token({ header = {}, claims = {}, signer = TOKEN_PAIR.privateKey }: TokenParts = {}): string {
  const sound = { sub: '5', organizations: ['7'], aud: 'live', iat: seconds(), exp: seconds(60) };
  const text = typeof claims === 'string' ? claims : JSON.stringify({ ...sound, ...claims });
  const signed = `${base64url(JSON.stringify({ alg: 'ES256', ...header }))}.${base64url(text)}`;
  if (typeof signer === 'function') return `${signed}.${signer(signed)}`;
  const key = { key: signer, dsaEncoding: 'ieee-p1363' } as const;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}
