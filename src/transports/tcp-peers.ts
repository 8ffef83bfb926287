import type { Socket } from 'node:net';
import type { Disconnect, RouterError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { AdmissionLimits } from './admission-limits.js';
import type { TlsFiles } from './certificate.js';
import { type Beating, Heartbeat } from './heartbeat.js';
import { OpenConnections } from './open-connections.js';
import { PeerAddresses } from './peer-addresses.js';
import type { PeerLimits } from './peer-limits.js';
import { RefusedConnections } from './refused-connections.js';
import type { FirstOctet } from './sniffer.js';
import type { SocketConnection } from './socket-connection.js';
import { TcpServer } from './tcp-server.js';

export interface TcpPeersOptions {
  readonly logger: Logger;
  readonly meter: Meter;
  readonly addresses?: PeerAddresses;
  /** Counted together with other transports; without it alone. */
  readonly admission?: AdmissionLimits;
  /** For a port of its own: speaks TLS where there is a certificate. */
  readonly tls?: TlsFiles | undefined;
  readonly limits: PeerLimits;
}

/** The peers of a transport over TCP: where they come from, who may, how many there are, and whether they are there. */
export class TcpPeers<C extends SocketConnection & Beating> {
  readonly #options: TcpPeersOptions;
  readonly #addresses: PeerAddresses;
  readonly #admission: AdmissionLimits;
  readonly #refused: RefusedConnections;
  readonly #connections: OpenConnections<C>;
  readonly #heartbeat: Heartbeat;
  #server: TcpServer | undefined;

  constructor(options: TcpPeersOptions) {
    const { limits } = options;
    this.#options = options;
    this.#addresses = options.addresses ?? new PeerAddresses();
    this.#admission = options.admission ?? new AdmissionLimits(limits);
    this.#refused = new RefusedConnections(options);
    this.#connections = new OpenConnections({ ...options, admission: this.#admission });
    this.#heartbeat = new Heartbeat({ interval: limits.ping, pongTimeout: limits.pongTimeout });
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Opens a port of its own, where others may be spoken, too, and resolves to it. */
  listen(
    at: { readonly host: string; readonly port: number; readonly others?: readonly FirstOctet[] | undefined },
    accept: (socket: Socket) => void,
  ): Promise<number> {
    const { host, port, others } = at;
    const server = new TcpServer({ ...this.#options, addresses: this.#addresses, others }, accept);
    this.#server = server;
    return server.listen(host, port);
  }

  addressOf(socket: Socket): string {
    return this.#addresses.resolve(socket.remoteAddress, undefined);
  }

  /**
   * Counts a peer in, and out again when `open`, which adds its connection, throws. Throws `limit_exceeded` or
   * `unavailable` where it is one too many.
   */
  async enter(address: string, open: () => Promise<void>): Promise<void> {
    this.#admission.enter(address);
    try {
      await open();
    } catch (error) {
      this.#admission.leave(address);
      throw error;
    }
  }

  add(connection: C): void {
    this.#heartbeat.start();
    this.#connections.add(connection);
    this.#heartbeat.add(connection);
  }

  delete(connection: C, why: Disconnect): void {
    if (this.#connections.delete(connection, why)) this.#heartbeat.delete(connection);
  }

  /** Says in the log and the metrics who was refused. */
  refused(cause: unknown, address: string): RouterError & { readonly request: string } {
    return this.#refused.report(cause, address);
  }

  /** Gives up on a peer that did not say in time what it wants. */
  giveUp(socket: Socket): void {
    this.#refused.timedOut();
    socket.destroy();
  }

  /** Tells every peer to go, spread over `milliseconds` if they are many, and resolves when all are gone. */
  async drain(milliseconds: number): Promise<void> {
    const closed = this.#server?.close();
    await this.#connections.drain(milliseconds);
    this.#heartbeat.stop();
    await closed;
  }
}
