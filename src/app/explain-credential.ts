import type { KeyObject } from 'node:crypto';
import { inspectTicket, JwtAuthenticator, type JwtOptions } from '../authenticators/index.js';
import { isRouterError } from '../core/errors.js';
import { NULL_LOGGER } from '../core/logger.js';
import { NULL_METER } from '../core/meter.js';

/** What is known of a ticket or token by looking at it. Never its signature. */
export interface CredentialExplanation {
  /** Such as `ticket v1`. */
  readonly form: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Undefined where it cannot be checked here. */
  readonly signed: boolean | undefined;
  /** The same in words. */
  readonly signature: string;
  /** What is wrong with it. */
  readonly faults: readonly string[];
}

/** What tickets and tokens are checked with. */
export interface CheckingKeys {
  readonly secret: string | undefined;
  readonly publicKey: KeyObject | undefined;
  readonly jwt: JwtOptions | undefined;
}

/** Seconds that a ticket of OroPlatform lives, and that its clock may run ahead. */
const ORO = { ttl: 300, skew: 30 };

/** Undefined for a text that is neither a ticket, nor one of OroPlatform, nor a JWT. `now` is in seconds since 1970. */
export async function explainCredential(
  text: string,
  keys: CheckingKeys,
  now: number,
): Promise<CredentialExplanation | undefined> {
  const token = explainJwt(text, now);
  if (token !== undefined && keys.jwt !== undefined) return judgeJwt(text, token, keys.jwt);
  return explainTicket(text, keys, now) ?? token ?? explainOro(text, now);
}

/** What the server would say of a token, in addition to what is seen in it. */
async function judgeJwt(
  secret: string,
  token: CredentialExplanation,
  options: JwtOptions,
): Promise<CredentialExplanation> {
  const authenticator = new JwtAuthenticator(options, { logger: NULL_LOGGER, meter: NULL_METER });
  try {
    await authenticator.authenticate({
      remoteAddress: '',
      headers: {},
      credential: { source: 'token', secret },
    });
    return { ...token, signed: true, signature: 'signed with a key of auth.jwt' };
  } catch (error) {
    if (!isRouterError(error)) throw error;
    const signature = error.code === 'unauthorized' ? 'refused by auth.jwt' : 'not checked';
    return { ...token, signature, faults: [...new Set([...token.faults, error.message])] };
  }
}

function explainTicket(text: string, keys: CheckingKeys, now: number): CredentialExplanation | undefined {
  const found = inspectTicket(text, keys, now * 1000);
  if (found === undefined) return undefined;
  const { kind, claims, signed, faults } = found;
  const name = kind === 'v1' ? 'auth.secret' : 'auth.public_key';
  const owner = kind === 'v1' ? name : 'the private key of auth.public_key';
  const words = { true: `signed with ${owner}`, false: `not signed by ${owner}` };
  const signature =
    signed === undefined ? `not checked: there is no ${name} here` : words[signed ? 'true' : 'false'];
  return { form: `ticket ${kind}`, claims, signed, signature, faults };
}

/** [RFC 7519 §3] */
function explainJwt(text: string, now: number): CredentialExplanation | undefined {
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return undefined;
  const [header, claims] = text.split('.').map(parseObject);
  if (header === undefined || claims === undefined) return undefined;
  const { exp, nbf } = claims;
  const faults = [
    ...(header['alg'] === 'none' || text.endsWith('.') ? ['nobody has signed it'] : []),
    ...(exp === undefined ? ['it has no exp'] : []),
    ...(typeof exp === 'number' && now >= exp ? ['it is expired'] : []),
    ...(typeof nbf === 'number' && now < nbf ? ['it is not valid yet'] : []),
  ];
  const about = [header['alg'], header['kid'] && `key ${String(header['kid'])}`].filter(Boolean).join(', ');
  const signature = 'not checked: there is no key for it here';
  return { form: `JWT (${about})`, claims, signed: undefined, signature, faults };
}

function parseObject(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isMap ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** `base64(digest;username;nonce;created)`. A username may have semicolons, the other parts cannot. */
function explainOro(text: string, now: number): CredentialExplanation | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const parts = Buffer.from(text, 'base64').toString('utf8').split(';');
  const created = parts.at(-1) ?? '';
  const iat = Date.parse(created) / 1000;
  if (parts.length < 4 || Number.isNaN(iat)) return undefined;
  const username = parts.slice(1, -2).join(';');
  const faults = [
    ...(now > iat + ORO.ttl ? ['it is expired'] : []),
    ...(iat > now + ORO.skew
      ? [`it was made over ${ORO.skew} seconds in the future: the clocks differ`]
      : []),
  ];
  const claims = { username, iat, exp: iat + ORO.ttl };
  const signature = 'not checked: that takes the password of the user';
  return { form: 'ticket of OroPlatform', claims, signed: undefined, signature, faults };
}
