import type { Socket } from 'node:net';
import type { Admission, Gateway } from '../core/connection.js';
import { RouterError } from '../core/errors.js';
import { RefusalLog } from '../core/refusal-log.js';
import { Backlog } from './backlog.js';
import { RawSocketConnection, type RawSocketContext } from './raw-socket-connection.js';
import { RAW_SOCKET_ENVELOPE } from './raw-socket-envelope.js';
import {
  acceptance,
  announcedLength,
  HANDSHAKE,
  HANDSHAKE_ERROR,
  type HandshakeError,
  MAGIC,
  type RawSocketRequest,
  readHandshake,
  refusal,
} from './raw-socket-handshake.js';
import type { FirstOctet } from './sniffer.js';
import { TcpPeers, type TcpPeersOptions } from './tcp-peers.js';
import { TickWriter } from './tick-writer.js';

export interface RawSocketOptions extends TcpPeersOptions {
  readonly gateway: Gateway;
}

/** What the gateway is told: there is no path, and nothing that could hold a credential. */
const ADDRESS = new URL('rawsocket:///');

/** Peers of WAMP over RawSocket, on a port of their own or on one that they share. [WAMP2 §RawSocket Transport] */
export class RawSocketTransport implements FirstOctet {
  readonly octets = [MAGIC];
  readonly #options: RawSocketOptions;
  readonly #peers: TcpPeers<RawSocketConnection>;
  readonly #unsent: RefusalLog;
  readonly #context: RawSocketContext;

  constructor(options: RawSocketOptions) {
    this.#options = options;
    this.#peers = new TcpPeers(options);
    this.#unsent = new RefusalLog(options.logger);
    this.#context = this.#shared();
  }

  /** Open connections, for metrics. */
  get size(): number {
    return this.#peers.size;
  }

  get sentBytes(): number {
    return this.#context.writer.sentBytes;
  }

  /** Opens a port of its own and resolves to it. Throws when the files of the certificate cannot be used. */
  listen(host: string, port: number): Promise<number> {
    return this.#peers.listen({ host, port }, (socket) => this.accept(socket));
  }

  accept(socket: Socket): void {
    void this.#greet(socket);
  }

  /** Tells every peer to go, spread over `milliseconds` if they are many, and resolves when all are gone. */
  drain(milliseconds: number): Promise<void> {
    return this.#peers.drain(milliseconds);
  }

  #shared(): RawSocketContext {
    const { limits, meter } = this.#options;
    return {
      ...limits,
      writer: new TickWriter(RAW_SOCKET_ENVELOPE),
      backlog: new Backlog(limits.bufferTime, meter),
      message: announcedLength(limits.message) ?? 0,
      throttled: () => meter.count('signalbox_throttled_total', { limit: 'messages' }),
      malformed: () => meter.count('signalbox_malformed_messages_total', { protocol: 'rawsocket' }),
      tooLong: ({ id, remoteAddress }, size) =>
        this.#unsent.write(
          { event: 'message_too_long', connection: id, remoteAddress, size },
          'message over the length that a peer takes',
        ),
      ended: (connection, why) => this.#peers.delete(connection, why),
    };
  }

  async #greet(socket: Socket): Promise<void> {
    const address = this.#peers.addressOf(socket);
    const destroy = () => socket.destroy();
    // Until the connection is open nobody else hears its errors, and an error without a listener ends the process.
    socket.on('error', destroy);
    const deadline = setTimeout(() => this.#peers.giveUp(socket), this.#options.limits.handshakeTimeout);
    try {
      const octets = await readOctets(socket, HANDSHAKE);
      // A server that lets its peers end their side first does not end its own.
      if (octets === undefined) socket.destroy();
      else await this.#answer(socket, octets, address);
    } finally {
      clearTimeout(deadline);
      socket.off('error', destroy);
    }
  }

  async #answer(socket: Socket, octets: Buffer, address: string): Promise<void> {
    const request = readHandshake(octets);
    if ('reason' in request) {
      this.#refuse(socket, new RouterError('bad_request', request.reason), { address, error: request.error });
      return;
    }
    try {
      this.#checkLength();
      await this.#peers.enter(address, async () => {
        const admission = await this.#admit(request, address);
        if (socket.destroyed) throw new RouterError('unavailable', 'the peer has gone');
        this.#open(socket, admission, { ...request, remoteAddress: address });
      });
    } catch (cause) {
      this.#refuse(socket, cause, { address, error: errorOf(cause) });
    }
  }

  #checkLength(): void {
    if (this.#context.message > 0) return;
    const limit = 'limits.message';
    throw new RouterError('payload_too_large', `${limit} is under the shortest length of RawSocket`, {
      limit,
    });
  }

  #admit({ subprotocol }: RawSocketRequest, remoteAddress: string): Promise<Admission> {
    return this.#options.gateway.admit({
      remoteAddress,
      url: ADDRESS,
      headers: {},
      subprotocols: [subprotocol],
    });
  }

  #open(
    socket: Socket,
    admission: Admission,
    peer: RawSocketRequest & { readonly remoteAddress: string },
  ): void {
    const connection = new RawSocketConnection(socket, peer, this.#context);
    socket.write(acceptance(peer.serializer, this.#context.message));
    const listener = admission.accept(connection);
    this.#peers.add(connection);
    connection.listen(listener);
  }

  #refuse(
    socket: Socket,
    cause: unknown,
    { address, error }: { readonly address: string; readonly error: HandshakeError | undefined },
  ): void {
    this.#peers.refused(cause, address);
    if (socket.destroyed) return;
    socket.once('error', () => socket.destroy());
    if (error === undefined) socket.destroy();
    else socket.end(refusal(error), () => socket.destroy());
  }
}

/** There are four errors: what is none of the others is a connection that is not wanted. */
function errorOf(cause: unknown): HandshakeError {
  const { code } = RouterError.from(cause);
  if (code === 'bad_request') return HANDSHAKE_ERROR.serializer;
  return code === 'payload_too_large' ? HANDSHAKE_ERROR.length : HANDSHAKE_ERROR.count;
}

/** The first octets of a connection; undefined for a peer that goes before it has said so many. */
function readOctets(socket: Socket, count: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const settle = (octets: Buffer | undefined) => {
      socket.off('readable', look).off('end', gone).off('close', gone);
      resolve(octets);
    };
    const gone = () => settle(undefined);
    const look = () => {
      const octets: Buffer | null = socket.read(count);
      if (octets !== null) settle(octets.length === count ? octets : undefined);
    };
    socket.on('readable', look).on('end', gone).on('close', gone);
    look();
  });
}
