import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { Certificate, type TlsFiles } from './certificate.js';
import { listenOn } from './listen-on.js';
import { ListenerBounds, type ListenerOptions } from './listener-bounds.js';
import { type FirstOctet, Sniffer } from './sniffer.js';

export interface TcpServerOptions extends ListenerOptions {
  /** Speaks TLS where there is a certificate. */
  readonly tls?: TlsFiles | undefined;
  /** Protocols that are spoken there, too. */
  readonly others?: readonly FirstOctet[] | undefined;
  /** Milliseconds and counts. */
  readonly limits: { readonly handshakeTimeout: number; readonly connections: number };
}

/** A port of one protocol over TCP, with or without TLS; others are told from it by what they begin with. */
export class TcpServer {
  readonly #server: Server;
  readonly #bounds: ListenerBounds;
  readonly #certificate: Certificate | undefined;
  readonly #sniffer: Sniffer | undefined;

  /** Throws when the files of the certificate cannot be used. */
  constructor(options: TcpServerOptions, accept: (socket: Socket) => void) {
    const { others, limits } = options;
    const { handshakeTimeout } = limits;
    this.#certificate = options.tls && new Certificate(options.tls);
    // Who says nothing waits for the protocol that the port is for, which has a bound of its own for it.
    this.#sniffer = others && new Sniffer(others, { timeout: handshakeTimeout, timedOut: accept });
    const take = this.#taking(accept);
    this.#server =
      this.#certificate === undefined
        ? createServer({ noDelay: true }, take)
        : createSecureServer({ noDelay: true, handshakeTimeout, ...this.#certificate.pair }, take);
    this.#bounds = new ListenerBounds(options);
    this.#bounds.apply(this.#server, this.#certificate);
  }

  #taking(accept: (socket: Socket) => void): (socket: Socket) => void {
    const sniffer = this.#sniffer;
    if (sniffer === undefined) return accept;
    return (socket) => sniffer.sniff(socket, () => accept(socket));
  }

  /** Resolves to the port, which the system picks when 0 is asked for. */
  listen(host: string, port: number): Promise<number> {
    return listenOn(this.#server, host, port);
  }

  /** Takes no more connections, and resolves when those that it took have ended. */
  close(): Promise<void> {
    this.#certificate?.stop();
    this.#sniffer?.close();
    this.#bounds.destroyHandshaking();
    if (!this.#server.listening) return Promise.resolve();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
