import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthAttempt, Authenticator, Credential } from '../core/authenticator.js';
import { LONGEST_NAME, type Login, type Logins, type SaltedKey, type ScramVerifier } from '../core/logins.js';
import { after, type MaybePromise } from '../core/maybe-promise.js';
import type { Principal } from '../core/session.js';
import type { Decoys } from './decoys.js';
import { principalOf } from './login-principal.js';
import { PasswordDerivation } from './password-derivation.js';
import { preparedPassword, storedKeyOf } from './scram-verifier.js';

/** What passwords are checked with. */
export interface PasswordParts {
  readonly logins: Logins;
  readonly decoys: Decoys;
}

/** What a password is compared with; right is one that fits any of it. */
interface Form {
  readonly plain: readonly string[];
  readonly salted: SaltedKey | undefined;
  readonly scram: ScramVerifier | undefined;
}

/** For logins that show no examples. */
const USUAL: Form = { plain: [''], salted: undefined, scram: undefined };
const SCRAM_KEY = 32;

/**
 * Knows who says the name of a login and its password: its `secret` or `ticket`, or what its salted key or SCRAM verifier
 * was made of. A wrong password and an unknown name are left to others alike, after the same work. Of verifiers of Argon2
 * no password can be checked here.
 */
export class PasswordAuthenticator implements Authenticator {
  readonly method = 'password';
  readonly #parts: PasswordParts;
  readonly #derivation = new PasswordDerivation();
  readonly #examples: readonly [Form, ...Form[]];

  constructor(parts: PasswordParts) {
    this.#parts = parts;
    const [first = USUAL, ...more] = (parts.logins.examples ?? []).flatMap((login) => formOf(login) ?? []);
    this.#examples = [first, ...more];
  }

  authenticate({ credential }: AuthAttempt): MaybePromise<Principal | undefined> {
    if (credential === undefined || !isPair(credential)) return undefined;
    const { identity: name, secret } = credential;
    if (name === '' || name.length > LONGEST_NAME || secret === '') return undefined;
    return after(this.#parts.logins.find(name), (login) => this.#check(name, secret, login));
  }

  #check(name: string, password: string, login: Login | undefined): MaybePromise<Principal | undefined> {
    const known = login && formOf(login);
    const form = known ?? this.#parts.decoys.pick(this.#examples, name);
    return after(this.#fits(password, form), (fits) =>
      fits && known !== undefined && login !== undefined ? principalOf(login) : undefined,
    );
  }

  #fits(password: string, { plain, salted, scram }: Form): MaybePromise<boolean> {
    const digest = sha256(password);
    // all of them, so that the time taken does not say which one fits
    const isPlain = plain.filter((secret) => timingSafeEqual(digest, sha256(secret))).length > 0;
    return salted === undefined && scram === undefined
      ? isPlain
      : this.#derives(password, { salted, scram }).then((isDerived) => isDerived || isPlain);
  }

  async #derives(password: string, { salted, scram }: Omit<Form, 'plain'>): Promise<boolean> {
    const [isSalted, isScram] = await Promise.all([
      salted !== undefined && this.#isSalted(password, salted),
      scram !== undefined && this.#isScram(password, scram),
    ]);
    return isSalted || isScram;
  }

  async #isSalted(password: string, { key, ...form }: SaltedKey): Promise<boolean> {
    return isEqual(await this.#derivation.derive(password, form), key);
  }

  async #isScram(password: string, { salt, iterations, storedKey }: ScramVerifier): Promise<boolean> {
    const form = { salt: Buffer.from(salt, 'base64'), iterations, keylen: SCRAM_KEY };
    const salted = await this.#derivation.derive(preparedPassword(password), form);
    return isEqual(storedKeyOf(salted), storedKey);
  }
}

function isPair(credential: Credential): credential is Credential & { readonly identity: string } {
  const { source, identity } = credential;
  return (source === 'login' || source === 'basic') && identity !== undefined;
}

/** Undefined for a login without a password. A plain secret is what the others were made of. */
function formOf({ secret = '', ticket = '', salted, scram }: Login): Form | undefined {
  const plain = [secret, ticket].filter((text) => text !== '');
  if (secret !== '') return { plain, salted: undefined, scram: undefined };
  const verifier = scram?.kdf === 'pbkdf2' ? scram : undefined;
  if (plain.length === 0 && salted === undefined && verifier === undefined) return undefined;
  return { plain, salted, scram: verifier };
}

function isEqual(octets: Buffer, base64: string): boolean {
  const expected = Buffer.from(base64, 'base64');
  return octets.length === expected.length && timingSafeEqual(octets, expected);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
