import type { Socket } from 'node:net';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { RefusalLog } from '../core/refusal-log.js';
import { FIRST_OCTETS } from './first-octets.js';
import type { FirstOctet } from './sniffer.js';

/** Ends connections that begin TLS where none is spoken; without a word in the log nobody finds out why. */
export class TlsHello implements FirstOctet {
  readonly octets: readonly number[] = FIRST_OCTETS.tls;
  readonly #meter: Meter;
  readonly #log: RefusalLog;

  constructor({ logger, meter }: { readonly logger: Logger; readonly meter: Meter }) {
    this.#meter = meter;
    this.#log = new RefusalLog(logger);
  }

  accept(socket: Socket): void {
    this.#meter.count('signalbox_refused_connections_total', { code: 'tls' });
    const { remoteAddress, localPort } = socket;
    const reason = 'the peer speaks TLS, and this port does not: set listen.tls, or connect without';
    this.#log.write(
      { event: 'connection_refused', remoteAddress, port: localPort, reason },
      'connection refused',
    );
    socket.on('error', () => undefined).destroy();
  }
}
