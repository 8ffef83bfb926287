import type { JWTVerifyGetKey } from 'jose';
import { RouterError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { fetchSmall } from './fetch-small.js';
import { isMissingKey, parseKeySet } from './key-set.js';
import { Outage } from './outage.js';

const TIMEOUT = 2000;
/** How long keys that should have been fetched again are still used while the address does not answer. */
const STALE = 3_600_000;
/** After a failure the address is left alone for so long. */
const PAUSE = 5000;
/** A stranger can name a key that does not exist as often as he likes. */
const UNKNOWN_PAUSE = 60_000;

export interface KeySetUrlOptions {
  /** From the settings; nothing of a token is ever part of it. */
  readonly url: string;
  /** Milliseconds. */
  readonly cache: number;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock?: () => number;
}

/**
 * The keys of a JSON Web Key Set behind an address. One fetch at a time; again when the keys are older than `cache`,
 * and, at most once a minute, for a key that they lack. Without usable keys it refuses with `unavailable`.
 */
export class KeySetUrl {
  readonly #options: KeySetUrlOptions;
  readonly #clock: () => number;
  readonly #outage: Outage;
  #find: JWTVerifyGetKey | undefined;
  #fetched = Number.NEGATIVE_INFINITY;
  #failed = Number.NEGATIVE_INFINITY;
  #asked = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(options: KeySetUrlOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#outage = new Outage('fetching the key set', options.logger);
  }

  /** For `jwtVerify`. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const known = await this.#usable();
    try {
      return await known(header, token);
    } catch (error) {
      if (!isMissingKey(error)) throw error;
      await this.#askForUnknown();
      if (this.#outage.failing) throw this.#unavailable();
      return (await this.#usable())(header, token);
    }
  };

  async #usable(): Promise<JWTVerifyGetKey> {
    const { cache } = this.#options;
    if (this.#age() >= cache && this.#clock() - this.#failed >= PAUSE) await this.#fetch();
    if (this.#find === undefined || this.#age() >= cache + STALE) throw this.#unavailable();
    return this.#find;
  }

  async #askForUnknown(): Promise<void> {
    if (this.#fetching !== undefined) return this.#fetching;
    if (this.#clock() - this.#asked < UNKNOWN_PAUSE) return;
    this.#asked = this.#clock();
    await this.#fetch();
  }

  #age(): number {
    return this.#clock() - this.#fetched;
  }

  /** Never rejects. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchNow().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchNow(): Promise<void> {
    try {
      const headers = { accept: 'application/json' };
      const { status, text } = await fetchSmall(this.#options.url, { headers, timeout: TIMEOUT });
      if (status !== 200) throw new Error(`the answer has the status ${status}`);
      this.#find = parseKeySet(text);
      this.#fetched = this.#clock();
      this.#count('fetched');
      this.#outage.answered();
    } catch (error) {
      this.#failed = this.#clock();
      this.#count('failed');
      this.#outage.failed((error as Error).message);
    }
  }

  #count(outcome: string): void {
    this.#options.meter.count('signalbox_jwks_fetches_total', { outcome });
  }

  #unavailable(): RouterError {
    return new RouterError('unavailable', 'the keys of tokens cannot be fetched now');
  }
}
