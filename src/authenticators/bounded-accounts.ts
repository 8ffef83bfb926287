import type { Account, Accounts } from '../core/accounts.js';
import { isRouterError, RouterError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';

export interface AccountBounds {
  /** Lookups at one time. */
  readonly atOnce: number;
  /** Lookups that may wait for their turn. */
  readonly queue: number;
  /** Milliseconds of one lookup. */
  readonly timeout: number;
}

/**
 * Looks accounts up within bounds: so many at one time, so many waiting, so long each. What goes wrong is logged and
 * thrown as `unavailable`.
 */
export class BoundedAccounts implements Accounts {
  readonly #accounts: Accounts;
  readonly #bounds: AccountBounds;
  readonly #logger: Logger;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(accounts: Accounts, bounds: AccountBounds, logger: Logger) {
    this.#accounts = accounts;
    this.#bounds = bounds;
    this.#logger = logger;
  }

  async find(username: string): Promise<Account | undefined> {
    await this.#turn();
    try {
      return await this.#within(username);
    } catch (cause) {
      throw this.#unavailable(cause);
    } finally {
      this.#next();
    }
  }

  async #turn(): Promise<void> {
    const { atOnce, queue } = this.#bounds;
    if (this.#busy < atOnce) {
      this.#busy++;
      return;
    }
    if (this.#waiting.length >= queue) throw tooMany(queue);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the place on, or gives it back. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next();
    else this.#busy--;
  }

  #within(username: string): Promise<Account | undefined> {
    const { timeout } = this.#bounds;
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`the accounts did not answer within ${timeout} ms`));
      const deadline = setTimeout(late, timeout);
      const found = async () => this.#accounts.find(username);
      found()
        .then(resolve, reject)
        .finally(() => clearTimeout(deadline));
    });
  }

  /** The reason is for the log: it may say more of the database than a peer should know. */
  #unavailable(cause: unknown): RouterError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#logger.error({ event: 'accounts_failed', reason }, 'accounts cannot be read');
    if (isRouterError(cause) && cause.code === 'unavailable') return cause;
    return new RouterError('unavailable', 'the accounts cannot be read now', { cause });
  }
}

function tooMany(queue: number): RouterError {
  return new RouterError(
    'unavailable',
    `more than ${queue} Oro tickets wait for their account (auth.oro.queue)`,
    {
      limit: 'auth.oro.queue',
    },
  );
}
