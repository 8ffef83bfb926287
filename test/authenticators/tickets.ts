import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { TicketAuthenticator, type TicketSettings } from '../../src/authenticators/index.js';
import type { Credential } from '../../src/core/authenticator.js';
import type { Principal } from '../../src/core/session.js';
import { presenting } from './attempts.js';

export const SECRET = 'a secret of this test';
export const NOW = 1_800_000_000_000;

/** The key pair of RFC 8032 §7.1, test 1. */
export const PRIVATE_KEY = createPrivateKey({
  key: Buffer.from(
    '302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'hex',
  ),
  format: 'der',
  type: 'pkcs8',
});
export const PUBLIC_KEY = createPublicKey(PRIVATE_KEY);

/** What a server that takes both kinds of tickets makes of one: the principal, or why it is refused. */
export function judge(ticket: string, time = NOW, settings: TicketSettings = {}): Principal | string {
  const both = { secret: SECRET, publicKey: PUBLIC_KEY, clock: () => time };
  return answer(new TicketAuthenticator({ ...both, ...settings }), ticket);
}

/** The same for one authenticator, which has to answer at once. */
export function answer(
  authenticator: TicketAuthenticator,
  ticket: string,
  source: Credential['source'] = 'ticket',
): Principal | string {
  try {
    return authenticator.authenticate(presenting(source, ticket)) as Principal;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === 'unauthorized' ? message : `${code}: ${message}`;
  }
}

/** A ticket `v1` with any payload, signed with the right secret. */
export function sealed(payload: unknown, secret: string | Buffer = SECRET): string {
  const head = `v1.${encoded(payload)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

/** A ticket `e1` with any payload, signed with the right key. */
export function signed(payload: unknown, key: KeyObject = PRIVATE_KEY): string {
  const head = `e1.${encoded(payload)}`;
  return `${head}.${sign(null, Buffer.from(head), key).toString('base64url')}`;
}

function encoded(payload: unknown): string {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return Buffer.from(text).toString('base64url');
}
