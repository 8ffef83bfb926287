import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthAttempt, Authenticator } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';
import { MAX_CREDENTIAL } from '../core/read-attempt.js';
import type { Principal } from '../core/session.js';
import { hasTicketForm } from './ticket.js';

interface Key {
  readonly digest: Buffer;
  readonly principal: Principal;
}

/**
 * Knows back ends by their key: `Authorization: Bearer KEY` makes the principal `backend` with the key's name as id.
 * A bearer that has the form of a ticket is left to the ticket authenticator.
 */
export class KeyAuthenticator implements Authenticator {
  readonly method = 'key';
  readonly #keys: readonly Key[];

  /** Keys by name. Throws for a key that could never be presented: an empty, overlong or ticket-like one. */
  constructor(keys: ReadonlyMap<string, string>) {
    this.#keys = [...keys].map(([name, key]) => {
      checkKey(name, key);
      return { digest: sha256(key), principal: backend(name) };
    });
  }

  authenticate({ credential }: AuthAttempt): Principal | undefined {
    if (credential?.source !== 'bearer' || hasTicketForm(credential.secret)) return undefined;
    const principal = this.#find(sha256(credential.secret));
    if (principal === undefined) throw new RouterError('unauthorized', 'the key is not known');
    return principal;
  }

  /** Compares with every key, whichever fits, so that the time taken says nothing about the keys. */
  #find(digest: Buffer): Principal | undefined {
    let found: Principal | undefined;
    for (const key of this.#keys) {
      if (timingSafeEqual(key.digest, digest)) found = key.principal;
    }
    return found;
  }
}

function checkKey(name: string, key: string): void {
  if (key === '') throw new Error(`the key ${name} is empty: give it a long random value`);
  if (key.length > MAX_CREDENTIAL) throw new Error(`the key ${name} is over ${MAX_CREDENTIAL} characters`);
  if (hasTicketForm(key)) throw new Error(`the key ${name} begins like a ticket: choose another value`);
}

function backend(name: string): Principal {
  return { kind: 'backend', id: name, roles: ['backend'], organizations: [], claims: {} };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
