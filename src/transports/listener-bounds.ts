import type { Server, Socket } from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { RefusalLog } from '../core/refusal-log.js';
import type { Certificate } from './certificate.js';
import { socketLimit } from './descriptors.js';
import type { PeerAddresses } from './peer-addresses.js';
import { RefusedConnections } from './refused-connections.js';

export interface ListenerOptions {
  readonly logger: Logger;
  readonly meter: Meter;
  readonly addresses: PeerAddresses;
  readonly limits: { readonly connections: number };
}

/** Connections taken beside the peers, for requests and for refusals that say why. */
const SPARE_CONNECTIONS = 256;

/** What Node's servers do not bound: how many sockets are open, whose they are, and how TLS handshakes end. */
export class ListenerBounds {
  readonly #options: ListenerOptions;
  readonly #refused: RefusedConnections;
  readonly #blocked: RefusalLog;
  /** Sockets that have not finished their TLS handshake: Node does not close them. */
  readonly #handshaking = new Map<string, Socket>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#refused = new RefusedConnections(options);
    this.#blocked = new RefusalLog(options.logger);
  }

  /** Bounds a server; one with a certificate is a server of TLS. */
  apply(server: Server, certificate: Certificate | undefined): void {
    const { limits, meter } = this.#options;
    // Above the limit that answers with a reason, below the one that nobody hears of.
    server.maxConnections = Math.min(socketLimit(), limits.connections + SPARE_CONNECTIONS);
    server.on('drop', () => meter.count('signalbox_refused_connections_total', { code: 'descriptors' }));
    if (certificate !== undefined) this.#secure(server as TlsServer, certificate);
    server.on('connection', (socket) => this.#checkPeer(socket));
  }

  /** Ends the TLS handshakes that are under way. */
  destroyHandshaking(): void {
    for (const socket of this.#handshaking.values()) socket.destroy();
  }

  #secure(server: TlsServer, certificate: Certificate): void {
    server.on('listening', () => certificate.follow(server, this.#options.logger));
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      this.#handshaking.set(peer, socket);
      socket.once('close', () => this.#handshaking.delete(peer));
    });
    server.on('secureConnection', (socket: TLSSocket) => this.#handshaking.delete(peerOf(socket)));
    // Before Node's own listener, which would answer in clear text.
    server.prependListener('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') this.#refused.timedOut();
      else this.#options.meter.count('signalbox_refused_connections_total', { code: 'tls' });
      socket.destroy();
    });
  }

  /** The peer itself, before a request says for whom it speaks. */
  #checkPeer(socket: Socket): void {
    const remoteAddress = this.#options.addresses.resolve(socket.remoteAddress, undefined);
    if (!this.#options.addresses.isBlocked(remoteAddress)) return;
    const code = 'forbidden';
    this.#options.meter.count('signalbox_refused_connections_total', { code });
    this.#blocked.write(
      { event: 'connection_refused', remoteAddress, code, reason: 'the address is blocked' },
      'connection refused',
    );
    socket.destroy();
  }
}

/** Names a TCP connection, also by the TLS socket over it. */
function peerOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
