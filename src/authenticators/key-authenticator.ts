import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthAttempt, Authenticator, CredentialSource } from '../core/authenticator.js';
import type { BackendKey } from '../core/backend-key.js';
import { RouterError } from '../core/errors.js';
import { MAX_CREDENTIAL } from '../core/read-attempt.js';
import type { Principal } from '../core/session.js';
import { hasTicketForm } from './ticket.js';

interface Known {
  readonly name: string;
  readonly digest: Buffer;
  readonly principal: Principal;
}

const SOURCES: readonly CredentialSource[] = ['bearer', 'basic', 'login'];

/**
 * Knows back ends by their key: `Authorization: Bearer KEY` makes the principal `backend` with the key's name as id.
 * Where a name goes with the key, as in `Basic`, it has to be the key's, or the pair is left to others. So is what has
 * the form of a ticket.
 */
export class KeyAuthenticator implements Authenticator {
  readonly method = 'key';
  readonly #keys: readonly Known[];
  readonly #leaveUnknown: boolean;

  /**
   * Keys by name. `leaveUnknown` leaves a bearer that is no key to later methods of the chain. Throws for a key that
   * could never be presented: an empty, overlong or ticket-like one.
   */
  constructor(keys: ReadonlyMap<string, string | BackendKey>, { leaveUnknown = false } = {}) {
    this.#leaveUnknown = leaveUnknown;
    this.#keys = [...keys].map(([name, key]) => known(name, typeof key === 'string' ? plain(key) : key));
  }

  authenticate({ credential }: AuthAttempt): Principal | undefined {
    if (credential === undefined || !SOURCES.includes(credential.source)) return undefined;
    const { identity, secret } = credential;
    if (hasTicketForm(secret)) return undefined;
    const found = this.#find(sha256(secret));
    if (identity !== undefined)
      return found?.name === identity && identity !== '' ? found.principal : undefined;
    if (found !== undefined) return found.principal;
    if (this.#leaveUnknown) return undefined;
    throw new RouterError('unauthorized', 'the key is not known');
  }

  /** Compares with every key, whichever fits, so that the time taken says nothing about the keys. */
  #find(digest: Buffer): Known | undefined {
    let found: Known | undefined;
    for (const key of this.#keys) {
      if (timingSafeEqual(key.digest, digest)) found = key;
    }
    return found;
  }
}

function plain(key: string): BackendKey {
  return { key, sha256: sha256(key).toString('hex'), roles: [], channels: undefined, tickets: true };
}

function known(name: string, key: BackendKey): Known {
  if (key.key !== undefined) checkKey(name, key.key);
  const digest = Buffer.from(key.sha256, 'hex');
  if (digest.length !== 32) throw new Error(`the key ${name} has no SHA-256 of 64 hexadecimal digits`);
  return { name, digest, principal: backend(name, key) };
}

function checkKey(name: string, key: string): void {
  if (key === '') throw new Error(`the key ${name} is empty: give it a long random value`);
  if (key.length > MAX_CREDENTIAL) throw new Error(`the key ${name} is over ${MAX_CREDENTIAL} characters`);
  if (hasTicketForm(key)) throw new Error(`the key ${name} begins like a ticket: choose another value`);
}

function backend(name: string, { roles, channels, tickets }: BackendKey): Principal {
  return {
    kind: 'backend',
    id: name,
    roles: ['backend', ...roles.filter((role) => role !== 'backend')],
    organizations: [],
    claims: tickets ? {} : { tickets },
    ...(channels !== undefined && { scope: channels }),
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
