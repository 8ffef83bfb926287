import { isRouterError, RouterError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Login, Logins } from '../core/logins.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { within } from '../core/within.js';

/** Lookups under way at a time. */
const MOST_LOOKUPS = 64;
/** Milliseconds of one. */
const LONGEST_LOOKUP = 4000;

/**
 * Logins of the application, looked up within bounds: 64 at a time, 4 s each. What goes wrong is logged and thrown as
 * `unavailable`.
 */
export class OfferedLogins implements Logins {
  readonly #offered: Logins;
  readonly #logger: Logger;
  readonly #longest: number;
  #underWay = 0;

  constructor(offered: Logins, logger: Logger, { longest = LONGEST_LOOKUP } = {}) {
    this.#offered = offered;
    this.#logger = logger;
    this.#longest = longest;
  }

  get examples(): readonly Login[] | undefined {
    return this.#offered.examples;
  }

  find(name: string): Promise<Login | undefined> {
    return this.#within(() => this.#offered.find(name));
  }

  findByKey(key: string): Promise<Login | undefined> {
    return this.#within(() => this.#offered.findByKey?.(key));
  }

  async #within(lookup: () => MaybePromise<Login | undefined>): Promise<Login | undefined> {
    if (this.#underWay >= MOST_LOOKUPS) {
      throw new RouterError('unavailable', `${MOST_LOOKUPS} logins are being looked up already`);
    }
    this.#underWay++;
    try {
      const late = () => new Error(`the logins did not answer within ${this.#longest} ms`);
      return checked(await within(this.#longest, (async () => lookup())(), late));
    } catch (cause) {
      throw this.#unavailable(cause);
    } finally {
      this.#underWay--;
    }
  }

  /** The reason is for the log: it may say more of the database than a peer should know. */
  #unavailable(cause: unknown): RouterError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#logger.error({ event: 'logins_failed', reason }, 'logins cannot be read');
    if (isRouterError(cause) && cause.code === 'unavailable') return cause;
    return new RouterError('unavailable', 'the logins cannot be read now', { cause });
  }
}

/** A class may be without types, and a login without an id would be everybody's. */
function checked(login: Login | null | undefined): Login | undefined {
  if (login === null || login === undefined) return undefined;
  const { id, roles = [], organizations = [] } = login;
  const isNamed = (typeof id === 'string' && id !== '') || Number.isSafeInteger(id);
  if (isNamed && Array.isArray(roles) && Array.isArray(organizations)) return login;
  throw new Error('a login needs an id, and lists of roles and organizations');
}
