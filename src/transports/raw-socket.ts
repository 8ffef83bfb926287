import type { Socket } from 'node:net';
import type { Admission, Gateway } from '../core/connection.js';
import { type Disconnect, RouterError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { RefusalLog } from '../core/refusal-log.js';
import { AdmissionLimits } from './admission-limits.js';
import type { TlsFiles } from './certificate.js';
import { Heartbeat } from './heartbeat.js';
import { OpenConnections } from './open-connections.js';
import { PeerAddresses } from './peer-addresses.js';
import type { PeerLimits } from './peer-limits.js';
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
import { RefusedConnections } from './refused-connections.js';
import type { FirstOctet } from './sniffer.js';
import { TcpServer } from './tcp-server.js';
import { TickWriter } from './tick-writer.js';

export interface RawSocketOptions {
  readonly gateway: Gateway;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly addresses?: PeerAddresses;
  /** Counted together with other transports; without it alone. */
  readonly admission?: AdmissionLimits;
  /** For its own port: speaks TLS where there is a certificate. */
  readonly tls?: TlsFiles | undefined;
  readonly limits: PeerLimits;
}

/** What the gateway is told: there is no path, and nothing that could hold a credential. */
const ADDRESS = new URL('rawsocket:///');

/** Peers of WAMP over RawSocket, on a port of their own or on one that they share. [WAMP2 §RawSocket Transport] */
export class RawSocketTransport implements FirstOctet {
  readonly octet = MAGIC;
  readonly #options: RawSocketOptions;
  readonly #addresses: PeerAddresses;
  readonly #admission: AdmissionLimits;
  readonly #refused: RefusedConnections;
  readonly #unsent: RefusalLog;
  readonly #connections: OpenConnections<RawSocketConnection>;
  readonly #heartbeat: Heartbeat;
  readonly #context: RawSocketContext;
  #server: TcpServer | undefined;

  constructor(options: RawSocketOptions) {
    const { limits } = options;
    this.#options = options;
    this.#addresses = options.addresses ?? new PeerAddresses();
    this.#admission = options.admission ?? new AdmissionLimits(limits);
    this.#refused = new RefusedConnections(options);
    this.#unsent = new RefusalLog(options.logger);
    this.#connections = new OpenConnections({ ...options, admission: this.#admission });
    this.#heartbeat = new Heartbeat({ interval: limits.ping, pongTimeout: limits.pongTimeout });
    this.#context = this.#shared();
  }

  /** Open connections, for metrics. */
  get size(): number {
    return this.#connections.size;
  }

  /** Opens a port of its own and resolves to it. Throws when the files of the certificate cannot be used. */
  listen(host: string, port: number): Promise<number> {
    const server = new TcpServer({ ...this.#options, addresses: this.#addresses }, (socket) =>
      this.accept(socket),
    );
    this.#server = server;
    return server.listen(host, port);
  }

  accept(socket: Socket): void {
    this.#heartbeat.start();
    void this.#greet(socket);
  }

  /** Tells every peer to go, spread over `milliseconds` if they are many, and resolves when all are gone. */
  async drain(milliseconds: number): Promise<void> {
    const closed = this.#server?.close();
    await this.#connections.drain(milliseconds);
    this.#heartbeat.stop();
    await closed;
  }

  #shared(): RawSocketContext {
    const { limits, meter } = this.#options;
    return {
      ...limits,
      writer: new TickWriter(RAW_SOCKET_ENVELOPE),
      message: announcedLength(limits.message) ?? 0,
      throttled: () => meter.count('signalbox_throttled_total', { limit: 'messages' }),
      malformed: () => meter.count('signalbox_malformed_messages_total', { protocol: 'rawsocket' }),
      tooLong: ({ id, remoteAddress }, size) =>
        this.#unsent.write(
          { connection: id, remoteAddress, size },
          'message over the length that a peer takes',
        ),
      ended: (connection, why) => this.#ended(connection, why),
    };
  }

  async #greet(socket: Socket): Promise<void> {
    const address = this.#addresses.resolve(socket.remoteAddress, undefined);
    const destroy = () => socket.destroy();
    // Until the connection is open nobody else hears its errors, and an error without a listener ends the process.
    socket.on('error', destroy);
    const deadline = setTimeout(() => this.#giveUp(socket), this.#options.limits.handshakeTimeout);
    try {
      const octets = await readOctets(socket, HANDSHAKE);
      if (octets !== undefined) await this.#answer(socket, octets, address);
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
    let entered = false;
    try {
      this.#checkLength();
      this.#admission.enter(address);
      entered = true;
      const admission = await this.#admit(request, address);
      if (socket.destroyed) throw new RouterError('unavailable', 'the peer has gone');
      this.#open(socket, admission, { ...request, remoteAddress: address });
      entered = false;
    } catch (cause) {
      this.#refuse(socket, cause, { address, error: errorOf(cause) });
    } finally {
      if (entered) this.#admission.leave(address);
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
    this.#connections.add(connection);
    this.#heartbeat.add(connection);
    connection.listen(listener);
  }

  #ended(connection: RawSocketConnection, why: Disconnect): void {
    if (this.#connections.delete(connection, why)) this.#heartbeat.delete(connection);
  }

  #giveUp(socket: Socket): void {
    this.#refused.timedOut();
    socket.destroy();
  }

  #refuse(
    socket: Socket,
    cause: unknown,
    { address, error }: { readonly address: string; readonly error: HandshakeError | undefined },
  ): void {
    this.#refused.report(cause, address);
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
