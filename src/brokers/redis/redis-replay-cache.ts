import type { ReplayCache } from '../../core/authenticator.js';
import { isRouterError, RouterError } from '../../core/errors.js';
import type { RedisLink } from './link.js';

/** The latest time that Redis is told, in milliseconds since 1970. */
const LATEST = Number.MAX_SAFE_INTEGER;

/**
 * Remembers one-time credentials in Redis, for all nodes on it. Each is a key that Redis forgets when the credential has expired. An
 * id of which there was no answer may have been claimed all the same: it is refused from then on.
 */
export class RedisReplayCache implements ReplayCache {
  readonly #link: RedisLink;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  async claim(id: string, until: number): Promise<boolean> {
    if (!(until > Date.now())) return false;
    const key = this.#link.names.of('ticket', id);
    const last = String(Math.ceil(Math.min(until, LATEST)));
    try {
      return (await this.#link.command(key, ['SET', key, '', 'NX', 'PXAT', last])) !== null;
    } catch (cause) {
      if (isRouterError(cause)) throw cause;
      throw new RouterError('unavailable', 'Redis cannot remember the ticket', { cause });
    }
  }
}
