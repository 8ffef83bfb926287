import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { ScramVerifier } from '../core/logins.js';

/** Rounds unless said otherwise: a browser takes some ten milliseconds for them. [RFC 7677 §4] */
export const SCRAM_ITERATIONS = 15_000;

/** Spaces that are none of ASCII. [RFC 3454 §C.1.2] */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;
/** What a reader does not see. [RFC 3454 §B.1] */
const UNSEEN = /\u034f|\u200d|[\ufe00-\ufe0f]|[\u180b-\u180d]|[\u00ad\u1806\u200c\u2060\ufeff]/gu;

/** How a verifier is made. */
export interface ScramSalting {
  readonly salt: Buffer;
  readonly iterations?: number;
}

/**
 * What is stored of a password for `wamp-scram`: PBKDF2 with HMAC-SHA-256. The password is mapped and normalised as
 * SASLprep has it, but not refused for what that prohibits. Takes the time of the rounds. [RFC 5802 §3] [RFC 4013 §2]
 */
export function scramVerifier(
  password: string,
  { salt, iterations = SCRAM_ITERATIONS }: ScramSalting,
): ScramVerifier {
  const salted = pbkdf2Sync(preparedPassword(password), salt, iterations, 32, 'sha256');
  return {
    storedKey: storedKeyOf(salted).toString('base64'),
    serverKey: createHmac('sha256', salted).update('Server Key').digest('base64'),
    salt: salt.toString('base64'),
    iterations,
    kdf: 'pbkdf2',
  };
}

/** What a salted password is compared by. [RFC 5802 §3] */
export function storedKeyOf(salted: Buffer): Buffer {
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return createHash('sha256').update(clientKey).digest();
}

/** A password as it is before it is salted. [RFC 4013 §2] */
export function preparedPassword(password: string): string {
  return password.replace(SPACES, ' ').replace(UNSEEN, '').normalize('NFKC');
}
