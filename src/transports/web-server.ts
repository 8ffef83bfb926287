import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { RefusalLog } from '../core/refusal-log.js';
import { Certificate, type TlsFiles } from './certificate.js';
import { socketLimit } from './descriptors.js';
import type { PeerAddresses } from './peer-addresses.js';

export interface WebServerOptions {
  readonly logger: Logger;
  readonly meter: Meter;
  readonly addresses: PeerAddresses;
  /** Speaks TLS where there is a certificate. */
  readonly tls?: TlsFiles | undefined;
  readonly limits: {
    /** Milliseconds for a connection to say something, and for a request to arrive whole. */
    readonly handshakeTimeout: number;
    readonly connections: number;
  };
}

/** Connections taken beside the WebSocket peers, for requests and for refusals that say why. */
const HTTP_CONNECTIONS = 256;

/** Node's HTTP server, with or without TLS, and with bounds where Node has none. */
export class WebServer {
  readonly server: Server;
  readonly #options: WebServerOptions;
  readonly #refusals: RefusalLog;
  readonly #certificate: Certificate | undefined;
  /** Sockets that have not finished their TLS handshake: Node does not close them. */
  readonly #handshaking = new Map<string, Socket>();

  /** Throws when the files of the certificate cannot be used. */
  constructor(options: WebServerOptions, serve: RequestListener) {
    this.#options = options;
    this.#refusals = new RefusalLog(options.logger);
    this.#certificate = options.tls && new Certificate(options.tls);
    this.server = this.#create(serve);
    this.#boundTime();
    this.#boundCount();
    if (this.#certificate !== undefined) this.#secure(this.server as Server & TlsServer, this.#certificate);
    this.server.on('connection', (socket) => this.#checkPeer(socket));
    this.server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
  }

  /** Takes no more connections; requests under way are answered if that takes no more than `grace` milliseconds. */
  async close(grace: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.#certificate?.stop();
    this.server.closeIdleConnections();
    const deadline = setTimeout(() => {
      this.server.closeAllConnections();
      for (const socket of this.#handshaking.values()) socket.destroy();
    }, grace);
    await closed;
    clearTimeout(deadline);
  }

  #create(serve: RequestListener): Server {
    const { handshakeTimeout } = this.#options.limits;
    const bounds = {
      maxHeaderSize: 16_384,
      headersTimeout: handshakeTimeout,
      requestTimeout: handshakeTimeout,
      connectionsCheckingInterval: Math.min(1000, handshakeTimeout),
      keepAliveTimeout: 5000,
      noDelay: true,
    };
    if (this.#certificate === undefined) return createServer(bounds, serve);
    return createSecureServer({ ...bounds, handshakeTimeout, ...this.#certificate.pair }, serve);
  }

  /** Node lets a connection that never says anything stay for ever. */
  #boundTime(): void {
    const { limits } = this.#options;
    this.server.setTimeout(limits.handshakeTimeout, (socket) => {
      // One that has said something is a connection kept alive, whose time is over.
      if (socket.bytesRead === 0) this.#countTimeout();
      socket.destroy();
    });
  }

  /** Above the limit that answers with a reason, below the one that nobody hears of. */
  #boundCount(): void {
    const { limits, meter } = this.#options;
    this.server.maxConnections = Math.min(socketLimit(), limits.connections + HTTP_CONNECTIONS);
    this.server.on('drop', () => meter.count('signalbox_refused_connections_total', { code: 'descriptors' }));
  }

  #secure(server: Server & TlsServer, certificate: Certificate): void {
    server.on('listening', () => certificate.follow(server, this.#options.logger));
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      this.#handshaking.set(peer, socket);
      socket.once('close', () => this.#handshaking.delete(peer));
    });
    server.on('secureConnection', (socket: TLSSocket) => this.#handshaking.delete(peerOf(socket)));
    // Before Node's own listener, which would answer in clear text.
    server.prependListener('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') this.#countTimeout();
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
    this.#refusals.write({ remoteAddress, code, reason: 'the address is blocked' }, 'connection refused');
    socket.destroy();
  }

  #countTimeout(): void {
    const { meter } = this.#options;
    meter.count('signalbox_refused_connections_total', { code: 'timeout' });
    meter.count('signalbox_limits_reached_total', { limit: 'limits.handshake_timeout' });
  }
}

/** Names a TCP connection, also by the TLS socket over it. */
function peerOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
