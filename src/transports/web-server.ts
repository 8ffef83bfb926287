import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Certificate, type TlsFiles } from './certificate.js';
import { ListenerBounds, type ListenerOptions } from './listener-bounds.js';
import { RefusedConnections } from './refused-connections.js';
import { type FirstOctet, Sniffer } from './sniffer.js';
import { TlsHello } from './tls-hello.js';

export interface WebServerOptions extends ListenerOptions {
  /** Speaks TLS where there is a certificate. */
  readonly tls?: TlsFiles | undefined;
  /** Protocols that share the port. */
  readonly others?: readonly FirstOctet[];
  readonly limits: {
    /** Milliseconds for a connection to say something, and for a request to arrive whole. */
    readonly handshakeTimeout: number;
    readonly connections: number;
  };
}

/** What Node has to say of octets that are no request. */
type Unreadable = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** Node's HTTP server, with or without TLS, and with bounds where Node has none. */
export class WebServer {
  readonly server: Server;
  readonly #options: WebServerOptions;
  readonly #refused: RefusedConnections;
  readonly #bounds: ListenerBounds;
  readonly #certificate: Certificate | undefined;
  readonly #sniffer: Sniffer | undefined;
  readonly #hello: TlsHello;

  /** Throws when the files of the certificate cannot be used. */
  constructor(options: WebServerOptions, serve: RequestListener) {
    this.#options = options;
    this.#refused = new RefusedConnections(options);
    this.#hello = new TlsHello(options);
    this.#bounds = new ListenerBounds(options);
    this.#certificate = options.tls && new Certificate(options.tls);
    this.server = this.#create(serve);
    this.#sniffer = this.#sniff();
    this.#boundTime();
    this.#bounds.apply(this.server, this.#certificate);
    this.server.on('clientError', (error, socket) => this.#unreadable(error, socket));
  }

  /** Takes a connection of another port, with nothing of it read; over TLS where this server speaks TLS. */
  take(socket: Socket): void {
    this.server.emit(this.#event, socket);
  }

  /** Takes no more connections; requests under way are answered if that takes no more than `grace` milliseconds. */
  async close(grace: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.#certificate?.stop();
    this.#sniffer?.close();
    this.server.closeIdleConnections();
    const deadline = setTimeout(() => {
      this.server.closeAllConnections();
      this.#bounds.destroyHandshaking();
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

  get #event(): 'connection' | 'secureConnection' {
    return this.#certificate === undefined ? 'connection' : 'secureConnection';
  }

  /** Without others on the port nothing stands between a connection and Node's HTTP server. */
  #sniff(): Sniffer | undefined {
    const { others = [], limits } = this.#options;
    if (others.length === 0) return undefined;
    const all = this.#certificate === undefined ? [...others, this.#hello] : others;
    const sniffer = new Sniffer(all, {
      timeout: limits.handshakeTimeout,
      timedOut: (socket) => {
        this.#refused.timedOut();
        socket.destroy();
      },
    });
    sniffer.attach(this.server, this.#event);
    return sniffer;
  }

  /** What begins TLS where none is spoken comes as far as here where HTTP has the port for itself. */
  #unreadable(error: Unreadable, socket: Duplex): void {
    const { rawPacket } = error;
    const isPlain = this.#certificate === undefined && socket instanceof Socket;
    const isFirst = isPlain && socket.bytesRead === rawPacket?.length;
    if (isFirst && this.#hello.octets.includes(rawPacket[0] ?? 0)) this.#hello.accept(socket);
    else turnAway(socket, error);
  }

  /** Node lets a connection that never says anything stay for ever. */
  #boundTime(): void {
    const { limits } = this.#options;
    this.server.setTimeout(limits.handshakeTimeout, (socket) => {
      // One that has said something is a connection kept alive, whose time is over.
      if (socket.bytesRead === 0) this.#refused.timedOut();
      socket.destroy();
    });
  }
}

/** What Node's HTTP server says of a request that is none, where that is not `400 Bad Request`. */
const STATUS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** A peer that goes on sending would keep a connection of which only this side has ended, and the time of a request is up once. */
function turnAway(socket: Duplex, { code = '' }: Unreadable): void {
  if (!socket.writable || socket.writableLength > 0) {
    socket.destroy();
    return;
  }
  const status = STATUS[code] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}
