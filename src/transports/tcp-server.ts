import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { Certificate, type TlsFiles } from './certificate.js';
import { listenOn } from './listen-on.js';
import { ListenerBounds, type ListenerOptions } from './listener-bounds.js';

export interface TcpServerOptions extends ListenerOptions {
  /** Speaks TLS where there is a certificate. */
  readonly tls?: TlsFiles | undefined;
  /** Milliseconds and counts. */
  readonly limits: { readonly handshakeTimeout: number; readonly connections: number };
}

/** A port of one protocol over TCP, with or without TLS. */
export class TcpServer {
  readonly #server: Server;
  readonly #bounds: ListenerBounds;
  readonly #certificate: Certificate | undefined;

  /** Throws when the files of the certificate cannot be used. */
  constructor(options: TcpServerOptions, accept: (socket: Socket) => void) {
    const { handshakeTimeout } = options.limits;
    this.#certificate = options.tls && new Certificate(options.tls);
    this.#server =
      this.#certificate === undefined
        ? createServer({ noDelay: true }, accept)
        : createSecureServer({ noDelay: true, handshakeTimeout, ...this.#certificate.pair }, accept);
    this.#bounds = new ListenerBounds(options);
    this.#bounds.apply(this.#server, this.#certificate);
  }

  /** Resolves to the port, which the system picks when 0 is asked for. */
  listen(host: string, port: number): Promise<number> {
    return listenOn(this.#server, host, port);
  }

  /** Takes no more connections, and resolves when those that it took have ended. */
  close(): Promise<void> {
    this.#certificate?.stop();
    this.#bounds.destroyHandshaking();
    if (!this.#server.listening) return Promise.resolve();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
