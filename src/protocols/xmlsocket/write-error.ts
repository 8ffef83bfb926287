import type { Connection } from '../../core/connection.js';
import { identified, isRouterError, RouterError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import { countLimit, type Meter } from '../../core/meter.js';
import { RefusalLog } from '../../core/refusal-log.js';
import { escapeXml, writeElement } from './write-xml.js';
import { XmlFault } from './xml-element.js';

/** What a refusal is about. */
export interface Refused {
  /** The id of the session; undefined where there is none. */
  readonly session?: string | undefined;
  readonly room?: string | undefined;
}

/** Says no: the peer gets code, reason and the id of the request, the log and the metrics the rest. */
export class Refusing {
  readonly #logger: Logger;
  readonly #meter: Meter;
  readonly #lines: RefusalLog;

  constructor({ logger, meter }: { readonly logger: Logger; readonly meter: Meter }) {
    this.#logger = logger;
    this.#meter = meter;
    this.#lines = new RefusalLog(logger);
  }

  /** The element for the peer. */
  refuse(error: unknown, { remoteAddress }: Connection, { session, room }: Refused): string {
    const { code, message, request } = this.#note(error, { remoteAddress, session });
    return writeElement('error', { code, room_id: room, request }, escapeXml(message));
  }

  /** What the router has refused has been written down. */
  #note(error: unknown, peer: { readonly remoteAddress: string; readonly session: string | undefined }) {
    const known = RouterError.from(error);
    if (known.request !== undefined) return known;
    const refusal = identified(known);
    const { request, code, message: reason } = refusal;
    this.#meter.count('signalbox_refusals_total', { code });
    if (error instanceof XmlFault)
      this.#meter.count('signalbox_malformed_messages_total', { protocol: 'xmlsocket' });
    countLimit(this.#meter, refusal);
    if (isRouterError(error)) this.#lines.write({ request, ...peer, code, reason }, 'refused');
    else this.#logger.error({ request, ...peer, error }, 'a message could not be handled');
    return refusal;
  }
}
