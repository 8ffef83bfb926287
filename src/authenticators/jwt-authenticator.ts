import { createPublicKey, createSecretKey } from 'node:crypto';
import { decodeProtectedHeader, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { AuthAttempt, Authenticator, Credential } from '../core/authenticator.js';
import type { Logger } from '../core/logger.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { Meter } from '../core/meter.js';
import { MAX_CREDENTIAL } from '../core/read-attempt.js';
import type { Principal } from '../core/session.js';
import { isMap, isTime, readIdentity } from './identity.js';
import { hasJwtForm } from './jwt-form.js';
import { jwtRefusal, jwtRefusalOf } from './jwt-refusal.js';
import { KeySetFile } from './key-set-file.js';
import { KeySetUrl } from './key-set-url.js';

/** Where the keys of tokens are: a secret, a public key in PEM, or a JSON Web Key Set in a file or behind an address. */
export type JwtKeys =
  | { readonly type: 'secret'; readonly secret: string }
  | { readonly type: 'pem'; readonly pem: string }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'url'; readonly url: string };

/** Durations in milliseconds. */
export interface JwtOptions {
  readonly algorithms: readonly string[];
  readonly keys: JwtKeys;
  /** Empty for any. */
  readonly issuers: readonly string[];
  /** Undefined for any. */
  readonly audiences: readonly string[] | undefined;
  /** Names of claims, or paths to them with dots. */
  readonly claims: Readonly<Record<'user' | 'roles' | 'organizations' | 'channels', string>>;
  readonly leeway: number;
  /** 0 for any. */
  readonly maxAge: number;
  readonly jwksCache: number;
}

/** What it works with; `clock` gives milliseconds since 1970. */
export interface JwtContext {
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock?: () => number;
}

/** Header parameters by which a token would choose its own key or rules. [RFC 8725 §3.10] */
const FOREIGN = ['crit', 'jku', 'jwk', 'x5u', 'x5c'];
/** Characters of the longest name of a key. */
const LONGEST_KEY_ID = 256;

/**
 * Knows users by a JSON Web Token of another issuer, from wherever it was presented. Throws `unauthorized` with a
 * reason that has nothing of the token in it, and `unavailable` while there are no keys to check it with. [RFC 7519]
 */
export class JwtAuthenticator implements Authenticator {
  readonly method = 'jwt';
  readonly #options: JwtOptions;
  readonly #clock: () => number;
  readonly #key: JWTVerifyGetKey;

  constructor(options: JwtOptions, context: JwtContext) {
    this.#options = options;
    this.#clock = context.clock ?? Date.now;
    this.#key = keyFinder(options, context);
  }

  authenticate({ credential }: AuthAttempt): MaybePromise<Principal | undefined> {
    if (credential === undefined || !hasJwtForm(credential.secret)) return undefined;
    return this.#verify(credential);
  }

  async #verify({ secret: token, identity = '' }: Credential): Promise<Principal> {
    try {
      checkHeader(token);
      const { algorithms, issuers, audiences, leeway, maxAge } = this.#options;
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [...algorithms],
        requiredClaims: ['exp'],
        clockTolerance: Math.floor(leeway / 1000),
        currentDate: new Date(this.#clock()),
        ...(issuers.length > 0 && { issuer: [...issuers] }),
        ...(audiences !== undefined && { audience: [...audiences] }),
        ...(maxAge > 0 && { maxTokenAge: Math.floor(maxAge / 1000) }),
      });
      this.#checkTimes(payload);
      const principal = this.#principal(payload);
      // a name that comes along has to be the user's
      if (identity !== '' && identity !== principal.id) throw jwtRefusal('is for another user');
      return principal;
    } catch (error) {
      throw jwtRefusalOf(error);
    }
  }

  /** What `jose` leaves open: it takes any number for a time, and an `iat` to come. */
  #checkTimes({ exp, iat, nbf }: JWTPayload): void {
    if (![exp, iat ?? 0, nbf ?? 0].every(isTime)) throw jwtRefusal('is malformed');
    if ((iat ?? 0) * 1000 > this.#clock() + this.#options.leeway) throw jwtRefusal('is not valid yet');
  }

  #principal(payload: JWTPayload): Principal {
    const { user, roles, organizations, channels } = this.#options.claims;
    const identity = readIdentity({
      user: claimAt(payload, user),
      roles: claimAt(payload, roles),
      organizations: claimAt(payload, organizations),
      channels: claimAt(payload, channels),
    });
    const { iat, exp = 0 } = payload;
    return {
      ...identity,
      claims: payload,
      ...(iat !== undefined && { issued: iat * 1000 }),
      expires: this.#end(exp * 1000),
    };
  }

  /** Of a token that is taken for its leeway only, the end of that: a session over at once would come back at once. */
  #end(exp: number): number {
    return exp > this.#clock() ? exp : exp + this.#options.leeway;
  }
}

function checkHeader(token: string): void {
  if (token.length > MAX_CREDENTIAL) throw jwtRefusal('is malformed');
  const { kid = '', ...header } = headerOf(token);
  const isNamed = typeof kid === 'string' && kid.length <= LONGEST_KEY_ID;
  if (!isNamed || FOREIGN.some((name) => Object.hasOwn(header, name))) throw jwtRefusal('is malformed');
}

function headerOf(token: string): Readonly<Record<string, unknown>> {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw jwtRefusal('is malformed');
  }
}

/** A claim whose whole name has dots, as that of an address has, comes before a path. */
function claimAt(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const name of path.split('.')) {
    if (!isMap(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function keyFinder({ keys, jwksCache }: JwtOptions, context: JwtContext): JWTVerifyGetKey {
  if (keys.type === 'file') return new KeySetFile(keys.path, context.logger).find;
  if (keys.type === 'url') return new KeySetUrl({ url: keys.url, cache: jwksCache, ...context }).find;
  const key = keys.type === 'secret' ? createSecretKey(keys.secret, 'utf8') : createPublicKey(keys.pem);
  return async () => key;
}
