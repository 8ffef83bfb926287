import type { MaybePromise } from './maybe-promise.js';

/** Characters of the longest name that anybody may log in with; longer ones are refused before any work. */
export const LONGEST_NAME = 255;

/** A key that the owner of a secret derives from it, too. [WAMP2 §Challenge Response Authentication] */
export interface SaltedKey {
  /** PBKDF2 with HMAC-SHA-256 of the secret, in base64: the text itself is the key. */
  readonly key: string;
  readonly salt: string;
  readonly iterations: number;
  /** Octets that were derived. */
  readonly keylen: number;
}

/** Proves that somebody knows a password, and does not let its holder log in. Octets are in base64. [RFC 5802 §3] */
export interface ScramVerifier {
  /** SHA-256 of the client's key: 32 octets. */
  readonly storedKey: string;
  /** 32 octets, by which the server proves that it knows the verifier. */
  readonly serverKey: string;
  readonly salt: string;
  readonly iterations: number;
  /** As the peer is told it: `pbkdf2` or `argon2id13`. */
  readonly kdf: string;
  /** Kibibytes that Argon2 takes. */
  readonly memory?: number;
}

/** Somebody who can answer questions. What is absent is not asked for: each member opens a method. */
export interface Login {
  /** The id of the principal. */
  readonly id: string;
  /** `user` unless given. */
  readonly kind?: 'user' | 'backend';
  readonly roles?: readonly string[];
  readonly organizations?: readonly string[];
  /** A shared secret in plain text, for `wampcra` without salt. */
  readonly secret?: string;
  /** The same with salt, in place of the secret. */
  readonly salted?: SaltedKey;
  /** For `wamp-scram`. */
  readonly scram?: ScramVerifier;
  /** Public Ed25519 keys of 32 octets in hexadecimal digits, for `cryptosign`. */
  readonly keys?: readonly string[];
  /** For `ticket`: presented as it is. */
  readonly ticket?: string;
  /**
   * When its secrets were made, in milliseconds since 1970. A user whose credentials are withdrawn needs newer ones; a
   * login that does not say is older than any withdrawal.
   */
  readonly issued?: number;
}

/** A login as it is configured. */
export interface ConfiguredLogin {
  readonly kind: 'user' | 'backend';
  readonly roles: readonly string[];
  readonly organizations: readonly string[];
  readonly secret: string | undefined;
  /** The secret stands in for it. */
  readonly ticket: string | undefined;
  /** Derived from a secret that is not known here, in base64. */
  readonly derivedKey: string | undefined;
  /** Undefined: a secret signs as it is. Without a salt of its own the login has one made for its name. */
  readonly salting: (Partial<Pick<SaltedKey, 'salt'>> & Pick<SaltedKey, 'iterations' | 'keylen'>) | undefined;
  readonly scram: ScramVerifier | undefined;
  /** Lower case. */
  readonly keys: readonly string[];
}

/** Where those who answer questions are looked up. Names and keys come from strangers. */
export interface Logins {
  /** Who logs in by exactly this name and may do so at this moment. Whatever it throws is `unavailable` to the peer. */
  find(name: string): MaybePromise<Login | undefined>;
  /** Who has this public key, in lower case. Left out, a peer has to say its name beside its key. */
  findByKey?(key: string): MaybePromise<Login | undefined>;
  /**
   * Logins of the forms that there are, which need not exist: somebody unknown is asked like one of them. Methods that
   * none of them has are not offered. Left out, all are, with the usual forms.
   */
  readonly examples?: readonly Login[] | undefined;
}
