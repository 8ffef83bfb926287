import { identified, isRouterError, RouterError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import { countLimit, type Meter } from '../../core/meter.js';
import { RefusalLog } from '../../core/refusal-log.js';
import type { StompVersion } from './version.js';

/** Who was refused something, and what. */
export interface RefusedFrame {
  readonly remoteAddress: string;
  /** Undefined where it has no session. */
  readonly session: string | undefined;
  readonly version: StompVersion | undefined;
  /** Undefined for octets that are no frame. */
  readonly command: string | undefined;
}

/** Says no where the router was not asked: the peer gets code, reason and the id of the request, the log and the metrics the rest. */
export class Refusals {
  readonly #logger: Logger;
  readonly #meter: Meter;
  readonly #lines: RefusalLog;

  constructor({ logger, meter }: { readonly logger: Logger; readonly meter: Meter }) {
    this.#logger = logger;
    this.#meter = meter;
    this.#lines = new RefusalLog(logger);
  }

  /** What the peer may be told of an error. One that the router has refused has been written down. */
  of(error: unknown, frame: RefusedFrame): RouterError {
    const known = RouterError.from(error);
    if (known.request !== undefined) return known;
    const refusal = identified(known);
    const { request, code, message: reason } = refusal;
    this.#meter.count('signalbox_refusals_total', { code });
    countLimit(this.#meter, refusal);
    if (isRouterError(error))
      this.#lines.write({ request, ...shorten(frame), code, reason: reason.slice(0, 512) }, 'refused');
    else this.#logger.error({ request, ...shorten(frame), error }, 'a frame could not be handled');
    return refusal;
  }

  /** The same of what is against the protocol. */
  ofViolation(error: RouterError, frame: RefusedFrame): RouterError {
    this.#meter.count('signalbox_malformed_messages_total', { protocol: 'stomp' });
    return this.of(error, frame);
  }
}

/** What a stranger calls a command may be long. */
function shorten(frame: RefusedFrame): RefusedFrame {
  return { ...frame, command: frame.command?.slice(0, 32) };
}
