import type { AuthAttempt, Authenticator, CredentialSource } from '../core/authenticator.js';
import { LONGEST_NAME, type Logins } from '../core/logins.js';
import { after, type MaybePromise } from '../core/maybe-promise.js';
import type { Principal } from '../core/session.js';
import type { Decoys } from './decoys.js';
import { principalOf } from './login-principal.js';
import { ownsTicket } from './owns-ticket.js';

export interface LoginAuthenticatorParts {
  /** Asked for with the first attempt, as a class of the application may need much that is built later. */
  readonly logins: () => Logins;
  readonly decoys: Decoys;
}

const SOURCES: readonly CredentialSource[] = ['login', 'basic'];

/**
 * Knows who sends the name of a login and its ticket, or its secret where that stands in for one. A pair that is of no login
 * is left to others.
 */
export class LoginAuthenticator implements Authenticator {
  readonly method = 'logins';
  readonly #parts: LoginAuthenticatorParts;
  #logins: Logins | undefined;

  constructor(parts: LoginAuthenticatorParts) {
    this.#parts = parts;
  }

  authenticate({ credential }: AuthAttempt): MaybePromise<Principal | undefined> {
    if (credential === undefined || !SOURCES.includes(credential.source)) return undefined;
    const { identity: name = '', secret } = credential;
    if (name === '' || name.length > LONGEST_NAME || secret === '') return undefined;
    this.#logins ??= this.#parts.logins();
    const { decoys } = this.#parts;
    return after(this.#logins.find(name), (login) => {
      const isOwner = ownsTicket(secret, { name, login, decoys });
      return isOwner && login !== undefined ? principalOf(login) : undefined;
    });
  }
}
