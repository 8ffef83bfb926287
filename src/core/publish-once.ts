import { RouterError } from './errors.js';

/** Characters of a key. */
export const LONGEST_KEY = 255;

/** The key of an attempt to publish, as a peer says it. Throws `bad_request`. */
export function requireKey(key: string): string {
  if (key !== '' && key.length <= LONGEST_KEY) return key;
  throw new RouterError('bad_request', `an idempotency key is 1 to ${LONGEST_KEY} characters long`);
}

/** The version of what is published, as a peer says it. Throws `bad_request`. */
export function requireVersion(version: number): number {
  if (Number.isSafeInteger(version) && version > 0) return version;
  throw new RouterError('bad_request', 'a version is a whole number of at least 1', {
    hint: 'give each change a greater one than before, such as a counter or a time',
  });
}
