import { pbkdf2Sync } from 'node:crypto';
import type { ConfiguredLogin, Login, Logins, SaltedKey } from '../core/logins.js';
import type { Decoys } from './decoys.js';
import { scramVerifier } from './scram-verifier.js';

/** Octets of the salts that are made here. */
const SALT = 16;

/** What else logins are made with. */
export interface LoginContext {
  readonly decoys: Decoys;
  /** When the configuration was read, in milliseconds since 1970. */
  readonly issued: number;
}

/** Logins by name, as they are configured. What is derived from secrets is derived at once, some milliseconds each. */
export class ConfiguredLogins implements Logins {
  readonly #byName: ReadonlyMap<string, Login>;
  readonly #byKey: ReadonlyMap<string, Login>;

  constructor(configured: ReadonlyMap<string, ConfiguredLogin>, context: LoginContext) {
    const logins = [...configured].map(([name, login]) => loginOf(name, login, context));
    this.#byName = new Map(logins.map((login) => [login.id, login]));
    this.#byKey = new Map(logins.flatMap((login) => (login.keys ?? []).map((key) => [key, login] as const)));
  }

  get examples(): readonly Login[] {
    return [...this.#byName.values()];
  }

  find(name: string): Login | undefined {
    return this.#byName.get(name);
  }

  findByKey(key: string): Login | undefined {
    return this.#byKey.get(key);
  }
}

function loginOf(name: string, configured: ConfiguredLogin, { decoys, issued }: LoginContext): Login {
  const { kind, roles, organizations, secret, keys } = configured;
  const ticket = configured.ticket ?? secret;
  const salted = saltedKey(name, configured, decoys);
  const scram =
    configured.scram ?? (secret && scramVerifier(secret, { salt: decoys.octets('salt', name, SALT) }));
  return {
    id: name,
    kind,
    roles,
    organizations,
    keys,
    issued,
    ...(secret !== undefined && { secret }),
    ...(ticket !== undefined && { ticket }),
    ...(salted !== undefined && { salted }),
    ...(scram && { scram }),
  };
}

function saltedKey(
  name: string,
  { secret, derivedKey, salting }: ConfiguredLogin,
  decoys: Decoys,
): SaltedKey | undefined {
  if (salting === undefined) return undefined;
  const { salt = decoys.octets('salt', name, SALT).toString('base64url'), iterations, keylen } = salting;
  if (derivedKey !== undefined) return { key: derivedKey, salt, iterations, keylen };
  if (secret === undefined) return undefined;
  const key = pbkdf2Sync(secret, salt, iterations, keylen, 'sha256').toString('base64');
  return { key, salt, iterations, keylen };
}
