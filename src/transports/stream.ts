import type { Socket } from 'node:net';
import type { Admission, Gateway } from '../core/connection.js';
import { RouterError } from '../core/errors.js';
import { Backlog } from './backlog.js';
import type { FirstOctet } from './sniffer.js';
import { StreamConnection, type StreamContext } from './stream-connection.js';
import { STREAM_ENVELOPE } from './stream-envelope.js';
import { TcpPeers, type TcpPeersOptions } from './tcp-peers.js';
import { TickWriter } from './tick-writer.js';
import { TlsHello } from './tls-hello.js';

export interface StreamOptions extends TcpPeersOptions {
  readonly gateway: Gateway;
  /** The protocol that is spoken, by its name. */
  readonly protocol: string;
  /** What the ids of its connections begin with, as in `stomp-1`. */
  readonly name: string;
  /** What its connections can begin with, where they share a port. */
  readonly octets: readonly number[];
  /** What a peer is told that is not let in; without it the connection is closed. */
  readonly refusal?: (refusal: RouterError) => Buffer;
}

/** Milliseconds for a peer to end its side when it has been refused. */
const FAREWELL = 2000;

/** Peers of a protocol that is a stream of octets, on a port of their own or on one that they share. */
export class StreamTransport implements FirstOctet {
  readonly octets: readonly number[];
  readonly #options: StreamOptions;
  readonly #peers: TcpPeers<StreamConnection>;
  readonly #context: StreamContext;
  readonly #url: URL;
  #opened = 0;

  constructor(options: StreamOptions) {
    const { limits, meter } = options;
    this.#options = options;
    this.octets = options.octets;
    this.#url = new URL(`${options.protocol}:///`);
    this.#peers = new TcpPeers(options);
    this.#context = {
      ...limits,
      writer: new TickWriter(STREAM_ENVELOPE),
      backlog: new Backlog(limits.bufferTime, meter),
      throttled: () => meter.count('signalbox_throttled_total', { limit: 'messages' }),
      ended: (connection, why) => this.#peers.delete(connection, why),
    };
  }

  /** Open connections, for metrics. */
  get size(): number {
    return this.#peers.size;
  }

  get sentBytes(): number {
    return this.#context.writer.sentBytes;
  }

  /**
   * Opens a port of its own, where the others are spoken, too, and resolves to it. Throws when the files of the
   * certificate cannot be used.
   */
  listen(host: string, port: number, others: readonly FirstOctet[] = []): Promise<number> {
    const { logger, meter, tls } = this.#options;
    const all = tls === undefined ? [...others, new TlsHello({ logger, meter })] : others;
    return this.#peers.listen({ host, port, others: all }, (socket) => this.accept(socket));
  }

  accept(socket: Socket): void {
    void this.#welcome(socket);
  }

  /** Tells every peer to go, spread over `milliseconds` if they are many, and resolves when all are gone. */
  drain(milliseconds: number): Promise<void> {
    return this.#peers.drain(milliseconds);
  }

  async #welcome(socket: Socket): Promise<void> {
    const { limits } = this.#options;
    const address = this.#peers.addressOf(socket);
    const destroy = () => socket.destroy();
    // Until the connection is open nobody else hears its errors, and an error without a listener ends the process.
    socket.on('error', destroy);
    // A peer may end its side with its last frame and still wait for the answer.
    socket.allowHalfOpen = true;
    socket.setKeepAlive(true, limits.ping);
    const deadline = setTimeout(() => this.#peers.giveUp(socket), limits.handshakeTimeout);
    try {
      await this.#peers.enter(address, async () => this.#open(socket, await this.#admit(address), address));
    } catch (cause) {
      this.#refuse(socket, this.#peers.refused(cause, address));
    } finally {
      clearTimeout(deadline);
      socket.off('error', destroy);
    }
  }

  #admit(remoteAddress: string): Promise<Admission> {
    const { gateway, protocol } = this.#options;
    return gateway.admit({ remoteAddress, url: this.#url, headers: {}, subprotocols: [], protocol });
  }

  #open(socket: Socket, admission: Admission, remoteAddress: string): void {
    if (socket.destroyed) throw new RouterError('unavailable', 'the peer has gone');
    const id = `${this.#options.name}-${++this.#opened}`;
    const connection = new StreamConnection(socket, { id, remoteAddress }, this.#context);
    const listener = admission.accept(connection);
    this.#peers.add(connection);
    connection.listen(listener);
  }

  /** What the peer has said is read, though nobody hears it: else its end resets the connection before the answer is. */
  #refuse(socket: Socket, refusal: RouterError): void {
    if (socket.destroyed) return;
    socket.on('error', () => socket.destroy());
    const said = this.#options.refusal?.(refusal);
    if (said === undefined) {
      socket.destroy();
      return;
    }
    socket.end(said);
    socket.resume();
    const deadline = setTimeout(() => socket.destroy(), FAREWELL);
    socket.once('close', () => clearTimeout(deadline));
  }
}
