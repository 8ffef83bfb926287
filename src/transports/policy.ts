import type { Socket } from 'node:net';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { PeerAddresses } from './peer-addresses.js';
import { RefusedConnections } from './refused-connections.js';
import { TcpServer } from './tcp-server.js';

export interface PolicyOptions {
  /** The text of the policy. */
  readonly policy: string;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly addresses?: PeerAddresses;
  /** Milliseconds and counts. */
  readonly limits: { readonly handshakeTimeout: number; readonly connections: number };
}

/** What Flash Player asks, and what it asked in 2003. A file is what comes before the NUL. */
const REQUEST = /^<(?:policy-file|cross-domain)-request\s*\/>\0/;
/** Octets of the longest request, with room for spaces. */
const LONGEST = 64;
/** Milliseconds for a peer to end its side. */
const FAREWELL = 2000;

/** A port where Flash Player asks whether it may connect to others. It is answered in the clear, and closed. */
export class PolicyTransport {
  readonly #options: PolicyOptions;
  readonly #refused: RefusedConnections;
  readonly #answer: Buffer;
  readonly #sockets = new Set<Socket>();
  #server: TcpServer | undefined;

  constructor(options: PolicyOptions) {
    this.#options = options;
    this.#refused = new RefusedConnections(options);
    this.#answer = Buffer.from(`${options.policy}\0`, 'utf8');
  }

  /** Resolves to the port. */
  listen(host: string, port: number): Promise<number> {
    const { addresses = new PeerAddresses() } = this.#options;
    this.#server = new TcpServer({ ...this.#options, addresses }, (socket) => this.#accept(socket));
    return this.#server.listen(host, port);
  }

  /** Frees the port, and ends who has not asked. */
  async close(): Promise<void> {
    const closed = this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    const deadline = setTimeout(() => {
      this.#refused.timedOut();
      socket.destroy();
    }, this.#options.limits.handshakeTimeout);
    this.#sockets.add(socket);
    let heard = '';
    const hear = (octets: Buffer) => {
      heard += octets.toString('latin1', 0, LONGEST);
      if (heard.length < LONGEST && !heard.includes('\0')) return;
      socket.off('data', hear);
      clearTimeout(deadline);
      this.#reply(socket, REQUEST.test(heard));
    };
    socket
      .on('data', hear)
      .on('error', () => socket.destroy())
      .on('close', () => {
        clearTimeout(deadline);
        this.#sockets.delete(socket);
      });
  }

  #reply(socket: Socket, isRequest: boolean): void {
    if (!isRequest) {
      this.#options.meter.count('signalbox_refused_connections_total', { code: 'bad_request' });
      socket.destroy();
      return;
    }
    socket.end(this.#answer);
    socket.resume();
    const deadline = setTimeout(() => socket.destroy(), FAREWELL);
    socket.once('close', () => clearTimeout(deadline));
  }
}
