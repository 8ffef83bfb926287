import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { jwtSchema } from './jwt-schema.js';
import type { JwtKeySource, JwtSettings } from './method-settings.js';
import { shownName } from './routing-files.js';
import type { SecretSource } from './setting-kinds.js';
import { isAddress } from './web-address.js';

type ParsedJwt = z.output<typeof jwtSchema>;

/** Octets of the largest key file. */
const LARGEST = 65_536;

/** What reading needs beside the values. */
export interface JwtContext {
  /** What paths are relative to. */
  readonly folder: string;
  secret(source: SecretSource, path: readonly string[]): string | undefined;
  report(path: readonly string[], message: string, hint: string): void;
}

/** Makes settings of `auth.jwt`: reads its secret or key. Undefined, with a finding, where they cannot be used. */
export async function readJwt(parsed: ParsedJwt, context: JwtContext): Promise<JwtSettings | undefined> {
  const keys = await readKeys(parsed, context);
  if (keys === undefined) return undefined;
  return Object.freeze({
    algorithms: parsed.algorithms,
    keys,
    issuers: parsed.issuer,
    audiences: parsed.audience === false ? undefined : parsed.audience,
    claims: parsed.claims,
    leeway: parsed.leeway,
    maxAge: parsed.max_age,
    jwksCache: parsed.jwks_cache,
  });
}

async function readKeys(parsed: ParsedJwt, context: JwtContext): Promise<JwtKeySource | undefined> {
  const { secret, public_key, jwks } = parsed;
  if (secret !== undefined) return readSecret(secret, context);
  if (public_key !== undefined) return readPublicKey(public_key, parsed.algorithms, context);
  if (jwks === undefined) return undefined;
  if (isAddress(jwks)) return { type: 'url', url: jwks };
  return readKeySet(resolve(context.folder, jwks), context);
}

function readSecret(source: SecretSource, context: JwtContext): JwtKeySource | undefined {
  const path = ['auth', 'jwt', 'secret'];
  const secret = context.secret(source, path);
  if (secret === undefined) return undefined;
  if (!secret.includes('-----BEGIN ')) return { type: 'secret', secret };
  context.report(path, 'auth.jwt.secret is a PEM key, not a secret', 'name its file as public_key');
  return undefined;
}

async function readPublicKey(
  name: string,
  algorithms: readonly string[],
  context: JwtContext,
): Promise<JwtKeySource | undefined> {
  const path = resolve(context.folder, name);
  const refuse = (fault: string): undefined =>
    void context.report(
      ['auth', 'jwt', 'public_key'],
      `auth.jwt.public_key: ${shownName(path)} ${fault}`,
      PEM_HINT,
    );
  const text = await readSmall(path);
  if (text === undefined) return refuse('cannot be read');
  // a public key can be made of a private one, which has no business here
  if (text.includes('PRIVATE KEY-----')) return refuse('holds a private key');
  const key = parsePublicKey(text);
  if (key === undefined) return refuse('is neither a public key nor a certificate in PEM');
  const unfit = algorithms.filter((algorithm) => !fits(algorithm, key));
  if (unfit.length > 0) return refuse(`holds a key that is not for ${unfit.join(', ')}`);
  return { type: 'pem', pem: key.export({ type: 'spki', format: 'pem' }).toString() };
}

const PEM_HINT = 'give the public key of the issuer, of a kind that goes with auth.jwt.algorithms';

function parsePublicKey(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};

/** [RFC 7518 §3.3, §3.4] */
function fits(algorithm: string, key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (/^[RP]S/.test(algorithm)) return type === 'rsa' && (details?.modulusLength ?? 0) >= 2048;
  if (/^ES/.test(algorithm)) return type === 'ec' && details?.namedCurve === CURVES[algorithm];
  return type === 'ed25519';
}

async function readKeySet(path: string, context: JwtContext): Promise<JwtKeySource | undefined> {
  const text = await readSmall(path);
  if (text !== undefined && isKeySet(text)) return { type: 'file', path };
  const fault = text === undefined ? 'cannot be read' : 'is not a JSON Web Key Set, { "keys": [...] }';
  context.report(
    ['auth', 'jwt', 'jwks'],
    `auth.jwt.jwks: ${shownName(path)} ${fault}`,
    'name a file, or an address that begins with https://',
  );
  return undefined;
}

function isKeySet(text: string): boolean {
  try {
    return Array.isArray((JSON.parse(text) as { keys?: unknown } | null)?.keys);
  } catch {
    return false;
  }
}

async function readSmall(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).size <= LARGEST ? await readFile(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
