import { createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import type { Challenge, ChallengeAttempt, Challenger, ProvenIdentity } from '../core/authenticator.js';
import { LONGEST_NAME, type Login, type Logins } from '../core/logins.js';
import { after, type MaybePromise } from '../core/maybe-promise.js';
import { principalOf } from './login-principal.js';
import { formless, isSame, refuseBinding, unproven } from './proof.js';

const KEY = /^[0-9a-f]{64}$/i;
/** A signature of 64 octets, then the 32 that were signed. */
const ANSWER = /^[0-9a-f]{192}$/i;
const SIGNATURE_DIGITS = 128;
/** What stands before the 32 octets of a key. [RFC 8410 §4] */
const HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Lets the peer sign 32 random octets with the private key of a pair whose public one is known here. The peer names the
 * key, and may leave its name out. [WAMP2 §Cryptosign-based Authentication] [RFC 8032]
 */
export class CryptosignChallenger implements Challenger {
  readonly method = 'cryptosign';
  readonly #logins: Logins;

  constructor({ logins }: { readonly logins: Logins }) {
    this.#logins = logins;
  }

  challenge({ identity = '', extra }: ChallengeAttempt): MaybePromise<Challenge> {
    if (identity.length > LONGEST_NAME) throw unproven();
    refuseBinding(extra['channel_binding']);
    const key = readKey(extra['pubkey']);
    return after(this.#find(identity, key), (login) => ask(key, login));
  }

  /** Who is named has to have the key, too. */
  #find(name: string, key: string): MaybePromise<Login | undefined> {
    if (name === '') return this.#logins.findByKey?.(key);
    return after(this.#logins.find(name), (login) => (login && has(login, key) ? login : undefined));
  }
}

/** The signature is checked with the peer's key, whoever has it: an unknown one costs the same. */
function ask(key: string, login: Login | undefined): Challenge {
  const challenge = randomBytes(32);
  return {
    extra: { challenge: challenge.toString('hex'), channel_binding: null },
    answer(signature): ProvenIdentity {
      if (!isSigned(signature, challenge, key) || login === undefined) throw unproven();
      return { principal: principalOf(login) };
    },
  };
}

function readKey(pubkey: unknown): string {
  if (typeof pubkey === 'string' && KEY.test(pubkey)) return pubkey.toLowerCase();
  throw formless(
    'the peer names no public key',
    'send authextra.pubkey: the 32 octets of an Ed25519 key in hexadecimal digits',
  );
}

function has({ keys = [] }: Login, key: string): boolean {
  return keys.some((known) => isSame(known.toLowerCase(), key));
}

function isSigned(answer: string, challenge: Buffer, key: string): boolean {
  if (!ANSWER.test(answer) || answer.slice(SIGNATURE_DIGITS).toLowerCase() !== challenge.toString('hex')) {
    return false;
  }
  const known = publicKey(key);
  const signature = Buffer.from(answer.slice(0, SIGNATURE_DIGITS), 'hex');
  return known !== undefined && verify(null, challenge, known, signature);
}

/** Undefined for octets that are no point of the curve. */
function publicKey(key: string): KeyObject | undefined {
  try {
    const der = Buffer.concat([HEAD, Buffer.from(key, 'hex')]);
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
