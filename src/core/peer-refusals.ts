import { identified, isRouterError, RouterError } from './errors.js';
import type { Logger } from './logger.js';
import { countLimit, type Meter } from './meter.js';
import { RefusalLog } from './refusal-log.js';

/** Whose request it was, and which: fields of the log. */
export interface PeerRequest {
  /** The id of the session; undefined where there is none. */
  readonly session?: string | undefined;
  readonly channel?: string | undefined;
  readonly remoteAddress?: string | undefined;
  /** Of STOMP: the version that is spoken, and the frame. */
  readonly version?: string | undefined;
  readonly command?: string | undefined;
}

/** Says no where the router was not asked: the peer gets code, reason and the id of the request, the log and the metrics the rest. */
export class PeerRefusals {
  readonly #logger: Logger;
  readonly #meter: Meter;
  readonly #protocol: string;
  readonly #lines: RefusalLog;

  constructor({
    logger,
    meter,
    protocol,
  }: { readonly logger: Logger; readonly meter: Meter; readonly protocol: string }) {
    this.#logger = logger;
    this.#meter = meter;
    this.#protocol = protocol;
    this.#lines = new RefusalLog(logger);
  }

  /** What the peer may be told of an error; `about` says in the log whose it is. What the router has refused has been written down. */
  of(error: unknown, about: PeerRequest): RouterError {
    const known = RouterError.from(error);
    if (known.request !== undefined) return known;
    const refusal = identified(known);
    const { request, code, message } = refusal;
    this.#meter.count('signalbox_refusals_total', { code });
    countLimit(this.#meter, refusal);
    if (isRouterError(error))
      this.#lines.write(
        { event: 'operation_refused', request, ...about, code, reason: message.slice(0, 512) },
        'refused',
      );
    else
      this.#logger.error(
        { event: 'peer_request_failed', request, protocol: this.#protocol, ...about, error },
        'a request could not be handled',
      );
    return refusal;
  }

  /** The same of what is against the protocol. */
  ofViolation(error: unknown, about: PeerRequest): RouterError {
    this.#meter.count('signalbox_malformed_messages_total', { protocol: this.#protocol });
    return this.of(error, about);
  }
}
