import { readFile, stat } from 'node:fs/promises';
import type { JWTVerifyGetKey } from 'jose';
import { RouterError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { LONGEST_ANSWER } from './fetch-small.js';
import { parseKeySet } from './key-set.js';
import { Outage } from './outage.js';

/** The keys of a JSON Web Key Set in a file, read again when it has changed. Refuses with `unavailable` while it cannot be read. */
export class KeySetFile {
  readonly #path: string;
  readonly #outage: Outage;
  #stamp = '';
  #find: JWTVerifyGetKey | undefined;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#outage = new Outage('reading the key set', logger);
  }

  /** For `jwtVerify`. */
  readonly find: JWTVerifyGetKey = async (header, token) => (await this.#current())(header, token);

  async #current(): Promise<JWTVerifyGetKey> {
    try {
      const { mtimeMs, size, ino } = await stat(this.#path);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (this.#find !== undefined && stamp === this.#stamp) return this.#find;
      if (size > LONGEST_ANSWER) throw new Error(`the file is over ${LONGEST_ANSWER} octets`);
      const find = parseKeySet(await readFile(this.#path, 'utf8'));
      this.#outage.answered();
      this.#stamp = stamp;
      this.#find = find;
      return find;
    } catch (error) {
      this.#outage.failed((error as Error).message);
      throw new RouterError('unavailable', 'the keys of tokens cannot be read now', { cause: error });
    }
  }
}
