import { createHmac } from 'node:crypto';
import { SECRET } from '../support/server.js';

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const seconds = (more = 0) => Math.floor(Date.now() / 1000) + more;

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
