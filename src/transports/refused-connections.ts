import { identified, RouterError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { countLimit, type Meter } from '../core/meter.js';
import { RefusalLog } from '../core/refusal-log.js';

/** Says in the log and the metrics who was refused before a connection was open. */
export class RefusedConnections {
  readonly #meter: Meter;
  readonly #log: RefusalLog;

  constructor({ logger, meter }: { readonly logger: Logger; readonly meter: Meter }) {
    this.#meter = meter;
    this.#log = new RefusalLog(logger);
  }

  /** The refusal as the peer may see it, under the name that the log has it. */
  report(error: unknown, remoteAddress: string): RouterError & { readonly request: string } {
    const refusal = identified(RouterError.from(error));
    const { code, request, message: reason, hint, cause } = refusal;
    this.#meter.count('signalbox_refused_connections_total', { code });
    countLimit(this.#meter, refusal);
    this.#log.write(
      { event: 'connection_refused', request, remoteAddress, code, reason, hint, cause },
      'connection refused',
    );
    return refusal;
  }

  /** A connection that did not say in time what it wants. */
  timedOut(): void {
    this.#meter.count('signalbox_refused_connections_total', { code: 'timeout' });
    this.#meter.count('signalbox_limits_reached_total', { limit: 'limits.handshake_timeout' });
  }
}
