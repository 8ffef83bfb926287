import { type KeyObject, sign } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';
import type { JwtContext, JwtOptions } from '../../src/authenticators/jwt-authenticator.js';
import type { Logger } from '../../src/core/logger.js';

export const NOW = Date.UTC(2030, 0, 1);
export const SECONDS = NOW / 1000;

/** What a sound token says. */
export const CLAIMS = {
  sub: '5',
  aud: 'live',
  iss: 'https://id.example.com',
  iat: SECONDS,
  exp: SECONDS + 300,
};

export const OPTIONS: Omit<JwtOptions, 'keys'> = {
  algorithms: ['ES256'],
  issuers: ['https://id.example.com'],
  audiences: ['live'],
  claims: { user: 'sub', roles: 'roles', organizations: 'organizations', channels: 'channels' },
  leeway: 30_000,
  maxAge: 0,
  jwksCache: 600_000,
};

const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token with this header and these claims, as an attacker writes it: nothing is checked. ES256, unless `signer` is given. */
export function token(
  header: Readonly<Record<string, unknown>>,
  claims: unknown,
  signer: KeyObject | ((signed: string) => string),
): string {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  const signature =
    typeof signer === 'function'
      ? signer(signed)
      : sign('sha256', Buffer.from(signed), { key: signer, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return `${signed}.${signature}`;
}

/** A member of a key set. */
export async function publicJwk(key: KeyObject, more: JWK = {}): Promise<JWK> {
  return { ...(await exportJWK(key)), ...more };
}

/** What a log and a meter were told. */
export function recording(clock: () => number = () => NOW) {
  const lines: string[] = [];
  const counts: string[] = [];
  const write = (fields: Readonly<Record<string, unknown>>, event: string) => {
    lines.push([event, fields['reason']].filter(Boolean).join(': '));
  };
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const meter = {
    count: (_name: string, labels: Readonly<Record<string, string>> = {}) =>
      void counts.push(labels['outcome'] ?? ''),
  };
  const context: Required<JwtContext> = { logger, meter, clock };
  return { lines, counts, context };
}
