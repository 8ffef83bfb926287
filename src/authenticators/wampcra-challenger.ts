import { createHmac, randomBytes } from 'node:crypto';
import type { Challenge, ChallengeAttempt, Challenger, ProvenIdentity } from '../core/authenticator.js';
import type { Login, Logins, SaltedKey } from '../core/logins.js';
import { after, type MaybePromise } from '../core/maybe-promise.js';
import { roleOf } from '../core/session.js';
import type { Decoys } from './decoys.js';
import { principalOf } from './login-principal.js';
import { isSame, readName, unproven } from './proof.js';

/** What challengers that look names up are built with. */
export interface ChallengerParts {
  readonly logins: Logins;
  readonly decoys: Decoys;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** What a signature is made with, and what the peer is told about it. */
interface Signing {
  readonly key: string;
  readonly salting: Omit<SaltedKey, 'key'> | undefined;
  readonly role: string;
}

const USUAL: Signing = { key: '', salting: undefined, role: 'user' };

/**
 * Lets the peer sign a text with a secret that both know, or with a key derived from it. The answer is HMAC-SHA-256 in
 * base64. [WAMP2 §Challenge Response Authentication]
 */
export class WampCraChallenger implements Challenger {
  readonly method = 'wampcra';
  readonly #logins: Logins;
  readonly #decoys: Decoys;
  readonly #clock: () => number;
  readonly #examples: readonly [Signing, ...Signing[]];

  constructor({ logins, decoys, clock = Date.now }: ChallengerParts) {
    this.#logins = logins;
    this.#decoys = decoys;
    this.#clock = clock;
    const [first = USUAL, ...more] = (logins.examples ?? []).flatMap((login) => signingOf(login) ?? []);
    this.#examples = [first, ...more];
  }

  challenge({ identity, session }: ChallengeAttempt): MaybePromise<Challenge> {
    const name = readName(identity);
    return after(this.#logins.find(name), (login) => this.#ask(name, session, login));
  }

  #ask(name: string, session: string, login: Login | undefined): Challenge {
    // made for names that exist, too, so that all cost the same
    const decoy = this.#decoy(name);
    const known = login && signingOf(login);
    const { key, salting, role } = known ?? decoy;
    const challenge = this.#text({ name, session, role });
    return {
      extra: { challenge, ...salting },
      answer(signature): ProvenIdentity {
        const expected = createHmac('sha256', key).update(challenge).digest('base64');
        if (!isSame(signature, expected) || login === undefined || known === undefined) throw unproven();
        return { principal: principalOf(login) };
      },
    };
  }

  /** The name is the claimed one, not the id, which would tell that there is such a login. */
  #text({ name, session, role }: { name: string; session: string; role: string }): string {
    return JSON.stringify({
      authid: name,
      authrole: role,
      authmethod: this.method,
      authprovider: 'logins',
      nonce: randomBytes(24).toString('base64url'),
      timestamp: new Date(this.#clock()).toISOString(),
      session: Number(session),
    });
  }

  #decoy(name: string): Signing {
    const { salting, role } = this.#decoys.pick(this.#examples, name);
    const key = this.#decoys.octets(this.method, name, 32).toString('base64');
    const own = salting && { ...salting, salt: this.#decoys.salt(name, salting.salt) };
    return { key, salting: own, role };
  }
}

/** Undefined for a login without a secret that could sign. */
function signingOf(login: Login): Signing | undefined {
  const role = roleOf(principalOf(login));
  const { secret, salted } = login;
  if (salted !== undefined) {
    const { key, salt, iterations, keylen } = salted;
    return { key, salting: { salt, iterations, keylen }, role };
  }
  return secret === undefined || secret === '' ? undefined : { key: secret, salting: undefined, role };
}
