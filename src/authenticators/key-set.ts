import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** Finds the key that a token says it is signed for; its text is at most 64 KiB. Throws for one that is no key set. */
export function parseKeySet(text: string): JWTVerifyGetKey {
  try {
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  } catch {
    // the error of the parser shows what it read
    throw new Error('it is not a JSON Web Key Set');
  }
}

/** Whether a set has no key for a token; another version of it may have. */
export function isMissingKey(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey;
}
