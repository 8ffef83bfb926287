import { pbkdf2 } from 'node:crypto';
import { RouterError } from '../core/errors.js';

/** Derivations under way at a time: each takes a thread of the process for some milliseconds. */
const MOST_DERIVATIONS = 64;

export interface Derivation {
  readonly salt: string | Buffer;
  readonly iterations: number;
  /** Octets. */
  readonly keylen: number;
}

/** Derives keys of passwords by PBKDF2-SHA-256 without keeping anybody else waiting, 64 at a time. [RFC 8018 §5.2] */
export class PasswordDerivation {
  #underWay = 0;

  /** Throws `unavailable` while there are too many. */
  async derive(password: string, { salt, iterations, keylen }: Derivation): Promise<Buffer> {
    if (this.#underWay >= MOST_DERIVATIONS) {
      throw new RouterError('unavailable', `${MOST_DERIVATIONS} passwords are being checked already`);
    }
    this.#underWay++;
    try {
      return await new Promise((resolve, reject) => {
        pbkdf2(password, salt, iterations, keylen, 'sha256', (error, key) =>
          error === null ? resolve(key) : reject(error),
        );
      });
    } finally {
      this.#underWay--;
    }
  }
}
