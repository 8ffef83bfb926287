import type { Logger } from '../core/logger.js';

/** Writes one line when something does not answer, and one when it does again, however many ask meanwhile. */
export class Outage {
  readonly #logger: Logger;
  readonly #what: string;
  #failing = false;

  constructor(what: string, logger: Logger) {
    this.#what = what;
    this.#logger = logger;
  }

  /** Whether the last answer was none. */
  get failing(): boolean {
    return this.#failing;
  }

  failed(reason: string): void {
    if (!this.#failing) this.#logger.error({ event: 'outage_began', reason }, `${this.#what} failed`);
    this.#failing = true;
  }

  answered(): void {
    if (this.#failing) this.#logger.info({ event: 'outage_ended' }, `${this.#what} works again`);
    this.#failing = false;
  }
}
