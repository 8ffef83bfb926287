import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';

/**
 * Makes the questions for names that do not exist. They look like those for names that do, are the same each time, and
 * nobody knows what they are made of.
 */
export class Decoys {
  readonly #key: KeyObject;

  /** Of one `secret` the same come, also after a restart and on other nodes; without one they last as long as this. */
  constructor(secret: string | Buffer = randomBytes(32)) {
    const key = hkdfSync('sha256', secret, '', 'signalbox logins', 32);
    this.#key = createSecretKey(Buffer.from(key));
  }

  /** Octets for a purpose, at most 64. */
  octets(purpose: string, name: string, length: number): Buffer {
    return createHmac('sha512', this.#key).update(`${purpose}\0${name}`).digest().subarray(0, length);
  }

  /** One of the examples. */
  pick<T>(examples: readonly [T, ...T[]], name: string): T {
    const at = this.octets('example', name, 4).readUInt32BE() % examples.length;
    return examples[at] ?? examples[0];
  }

  /** A salt as it would be written for the name, like another one: as long, and of the same digits. */
  salt(name: string, like: string): string {
    const octets = this.octets('salt', name, 64);
    const digits = /^[0-9a-f]*$/.test(like) ? octets.toString('hex') : octets.toString('base64url');
    return digits.padEnd(like.length, digits).slice(0, like.length);
  }
}
