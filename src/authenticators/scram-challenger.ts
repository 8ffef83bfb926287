import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Challenge, ChallengeAttempt, Challenger, ProvenIdentity } from '../core/authenticator.js';
import type { Login, Logins, ScramVerifier } from '../core/logins.js';
import { after, type MaybePromise } from '../core/maybe-promise.js';
import type { Decoys } from './decoys.js';
import { principalOf } from './login-principal.js';
import { formless, readName, refuseBinding, unproven } from './proof.js';
import { SCRAM_ITERATIONS } from './scram-verifier.js';
import type { ChallengerParts } from './wampcra-challenger.js';

/** `scram` is what AutobahnPython and Crossbar.io say and do, who were before the specification. */
export type ScramMethod = 'wamp-scram' | 'scram';

export interface ScramParts extends ChallengerParts {
  readonly method: ScramMethod;
  /** What is appended to the peer's nonce: base64 of its own each time. */
  readonly nonce?: () => string;
}

/** Characters of the longest nonce. */
const LONGEST_NONCE = 256;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Base64 of `n,,`: the peer wants no channel binding. */
const NO_BINDING = 'biws';

const USUAL = { kdf: 'pbkdf2', salt: Buffer.alloc(16).toString('base64'), iterations: SCRAM_ITERATIONS };

type Form = Pick<ScramVerifier, 'kdf' | 'salt' | 'iterations' | 'memory'>;
type Extra = Readonly<Record<string, unknown>>;

/**
 * Lets the peer prove that it knows a password of which only a verifier is stored here, and proves to it that the
 * server has that. [WAMP2 §Salted Challenge Response Authentication] [RFC 5802] [RFC 7677]
 */
export class ScramChallenger implements Challenger {
  readonly method: ScramMethod;
  readonly #logins: Logins;
  readonly #decoys: Decoys;
  readonly #nonce: () => string;
  readonly #forms: readonly [Form, ...Form[]];

  constructor({ method, logins, decoys, nonce = () => randomBytes(18).toString('base64') }: ScramParts) {
    this.method = method;
    this.#logins = logins;
    this.#decoys = decoys;
    this.#nonce = nonce;
    const [first = USUAL, ...more] = (logins.examples ?? []).flatMap(({ scram }) => scram ?? []);
    this.#forms = [first, ...more];
  }

  challenge({ identity, extra }: ChallengeAttempt): MaybePromise<Challenge> {
    const name = readName(identity);
    refuseBinding(extra['channel_binding']);
    const nonce = readNonce(extra['nonce']);
    return after(this.#logins.find(name), (login) => this.#ask(name, nonce, login));
  }

  #ask(name: string, clientNonce: string, login: Login | undefined): Challenge {
    // made for names that exist, too, so that all cost the same
    const decoy = this.#decoy(name);
    const verifier = login?.scram ?? decoy;
    const { salt, iterations, kdf, memory } = verifier;
    const nonce = clientNonce + this.#nonce();
    const opening = `n=${escaped(name)},r=${clientNonce},r=${nonce},s=${salt},i=${iterations}`;
    return {
      extra: { nonce, salt, kdf, iterations, ...this.#memory(memory) },
      answer: (signature, extra): ProvenIdentity => {
        const message = `${opening},c=${this.#binding(extra, nonce)},r=${nonce}`;
        if (!proves(signature, message, verifier) || login?.scram === undefined) throw unproven();
        return { principal: principalOf(login), extra: serverProof(message, verifier) };
      },
    };
  }

  /** AutobahnPython takes a null for a number. */
  #memory(memory: number | undefined): Extra {
    if (memory !== undefined) return { memory };
    return this.method === 'scram' ? {} : { memory: null };
  }

  /** AutobahnPython repeats no nonce, and signs that it says nothing of channel binding. */
  #binding(extra: Extra, nonce: string): string {
    refuseBinding(extra['channel_binding']);
    refuseBinding(extra['cbind_data']);
    if (this.method === 'scram' && extra['nonce'] === undefined) return '';
    if (extra['nonce'] !== nonce) throw unproven();
    return NO_BINDING;
  }

  #decoy(name: string): ScramVerifier {
    const { salt, ...form } = this.#decoys.pick(this.#forms, name);
    const octets = (purpose: string, length: number) =>
      this.#decoys.octets(purpose, name, length).toString('base64');
    return {
      ...form,
      salt: octets('salt', Math.min(64, Buffer.from(salt, 'base64').length)),
      storedKey: octets('stored key', 32),
      serverKey: octets('server key', 32),
    };
  }
}

/** In its one spelling. [WAMP2 §Nonces] */
function readNonce(nonce: unknown): string {
  const isSound = typeof nonce === 'string' && nonce !== '' && nonce.length <= LONGEST_NONCE;
  if (isSound && BASE64.test(nonce)) return nonce;
  throw formless(
    'the peer sends no nonce in base64',
    `send authextra.nonce: base64 of 16 random octets, at most ${LONGEST_NONCE} characters`,
  );
}

/** [RFC 5802 §5.1] */
function escaped(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

/** [RFC 5802 §3] */
function proves(proof: string, message: string, { storedKey }: ScramVerifier): boolean {
  const stored = Buffer.from(storedKey, 'base64');
  const octets = Buffer.from(proof, 'base64');
  if (octets.length !== 32 || octets.toString('base64') !== proof) return false;
  const signature = hmac(stored, message);
  const clientKey = octets.map((octet, i) => octet ^ (signature[i] ?? 0));
  const digest = createHash('sha256').update(clientKey).digest();
  return stored.length === digest.length && timingSafeEqual(digest, stored);
}

/** `verifier` is the specification's word, the other one that of AutobahnPython. */
function serverProof(message: string, { serverKey }: ScramVerifier): Extra {
  const signature = hmac(Buffer.from(serverKey, 'base64'), message).toString('base64');
  return { verifier: signature, scram_server_signature: signature };
}

function hmac(key: Buffer, message: string): Buffer {
  return createHmac('sha256', key).update(message).digest();
}
