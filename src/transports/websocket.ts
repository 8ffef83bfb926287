import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Admission, Gateway, Handshake } from '../core/connection.js';
import { type Disconnect, RouterError } from '../core/errors.js';
import type { HttpReply } from '../core/http.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { AdmissionLimits } from './admission-limits.js';
import { Backlog } from './backlog.js';
import { Heartbeat } from './heartbeat.js';
import { OpenConnections } from './open-connections.js';
import { PeerAddresses } from './peer-addresses.js';
import type { PeerLimits } from './peer-limits.js';
import { refusalReply } from './refusal-reply.js';
import { RefusedConnections } from './refused-connections.js';
import { readRequestUrl } from './request-url.js';
import { TickWriter } from './tick-writer.js';
import { PeerSocket, WebSocketConnection } from './websocket-connection.js';
import type { ConnectionContext } from './websocket-context.js';
import { WEBSOCKET_ENVELOPE } from './websocket-envelope.js';

export interface WebSocketOptions {
  readonly gateway: Gateway;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Whose handshakes are whose; without it every peer speaks for itself. */
  readonly addresses?: PeerAddresses;
  /** Counted together with other transports; without it alone. */
  readonly admission?: AdmissionLimits;
  /** Paths that are upgraded, such as `/` and `/ws`. */
  readonly paths: readonly string[];
  /** Offers permessage-deflate; such connections cost more processor time and memory. */
  readonly compression: boolean;
  readonly limits: PeerLimits;
}

/** WebSocket peers over the upgrades of an HTTP server. Who they are is decided before the upgrade is completed. */
export class WebSocketTransport {
  readonly #options: WebSocketOptions;
  readonly #addresses: PeerAddresses;
  readonly #refused: RefusedConnections;
  readonly #server: WebSocketServer;
  readonly #admission: AdmissionLimits;
  readonly #heartbeat: Heartbeat;
  readonly #context: ConnectionContext<WebSocketConnection>;
  readonly #connections: OpenConnections<WebSocketConnection>;
  readonly #chosen = new WeakMap<IncomingMessage, string>();

  constructor(options: WebSocketOptions) {
    const { limits, meter } = options;
    this.#options = options;
    this.#addresses = options.addresses ?? new PeerAddresses();
    this.#refused = new RefusedConnections(options);
    this.#admission = options.admission ?? new AdmissionLimits(limits);
    this.#connections = new OpenConnections({ ...options, admission: this.#admission });
    this.#heartbeat = new Heartbeat({ interval: limits.ping, pongTimeout: limits.pongTimeout });
    this.#context = {
      writer: new TickWriter(WEBSOCKET_ENVELOPE),
      message: limits.message,
      buffer: limits.buffer,
      backlog: new Backlog(limits.bufferTime, meter),
      messages: limits.messages,
      silence: limits.silence,
      throttled: () => meter.count('signalbox_throttled_total', { limit: 'messages' }),
      ended: (connection, why) => this.#ended(connection, why),
    };
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      WebSocket: PeerSocket,
      maxPayload: limits.message,
      perMessageDeflate: options.compression,
      handleProtocols: (_offered, request) => this.#chosen.get(request) ?? false,
      closeTimeout: 2000,
    } as ConstructorParameters<typeof WebSocketServer>[0]);
  }

  /** Open connections, for metrics. */
  get size(): number {
    return this.#connections.size;
  }

  get sentBytes(): number {
    return this.#context.writer.sentBytes;
  }

  attach(server: Server): void {
    this.#heartbeat.start();
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  /** Tells every peer to go, spread over `milliseconds` if they are many, and resolves when all are gone. */
  async drain(milliseconds: number): Promise<void> {
    await this.#connections.drain(milliseconds);
    this.#heartbeat.stop();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const address = this.#addresses.of(request);
    const destroy = () => socket.destroy();
    // Until `ws` has the socket nobody else hears its errors, and an error without a listener ends the process.
    socket.on('error', destroy);
    const deadline = setTimeout(() => this.#giveUp(socket), this.#options.limits.handshakeTimeout);
    let entered = false;
    try {
      this.#addresses.check(address);
      this.#admission.enter(address);
      entered = true;
      const admission = await this.#admit(request, address);
      if (socket.destroyed) throw new RouterError('unavailable', 'the peer has gone');
      entered = !this.#complete(request, socket, head, { admission, address });
    } catch (error) {
      this.#refuse(socket, error, address);
    } finally {
      clearTimeout(deadline);
      socket.off('error', destroy);
      if (entered) this.#admission.leave(address);
    }
  }

  async #admit(request: IncomingMessage, remoteAddress: string): Promise<Admission> {
    // [RFC 6455 §4.1]
    if (request.httpVersion === '1.0') throw new RouterError('bad_request', 'an upgrade needs HTTP/1.1');
    const handshake = readHandshake(request, remoteAddress);
    if (!this.#options.paths.includes(handshake.url.pathname)) {
      throw new RouterError('no_such_route', `no WebSocket at ${handshake.url.pathname}`, {
        hint: `connect to one of listen.paths: ${this.#options.paths.join(', ')}`,
      });
    }
    return this.#options.gateway.admit(handshake);
  }

  /** True when the upgrade was completed; otherwise `ws` has answered what was wrong with it. */
  #complete(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { admission, address }: { admission: Admission; address: string },
  ): boolean {
    let completed = false;
    if (admission.subprotocol !== undefined) this.#chosen.set(request, admission.subprotocol);
    // The first message leaves in one segment with the 101: PHP clients look for WELCOME there and read no further.
    socket.cork();
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      completed = true;
      this.#open(new WebSocketConnection(ws as PeerSocket, socket, address, this.#context), admission);
    });
    socket.uncork();
    return completed;
  }

  #open(connection: WebSocketConnection, admission: Admission): void {
    this.#connections.add(connection);
    this.#heartbeat.add(connection);
    connection.listen(admission.accept(connection));
    this.#context.writer.flush(connection);
  }

  #ended(connection: WebSocketConnection, why: Disconnect): void {
    if (this.#connections.delete(connection, why)) this.#heartbeat.delete(connection);
  }

  #giveUp(socket: Duplex): void {
    this.#refused.timedOut();
    socket.destroy();
  }

  #refuse(socket: Duplex, error: unknown, remoteAddress: string): void {
    const refusal = this.#refused.report(error, remoteAddress);
    if (socket.destroyed) return;
    socket.once('error', () => socket.destroy());
    socket.end(responseOf(refusalReply(refusal)), () => socket.destroy());
  }
}

/** As it goes over a socket that no server writes to any more. [RFC 9112 §4] */
function responseOf({ status, headers = {}, body = '' }: HttpReply): string {
  const all = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n');
}

function readHandshake(request: IncomingMessage, remoteAddress: string): Handshake {
  const offered = request.headers['sec-websocket-protocol'];
  return {
    remoteAddress,
    url: readRequestUrl(request.url ?? '/'),
    headers: request.headers,
    subprotocols: offered === undefined ? [] : offered.split(',').map((name) => name.trim()),
  };
}
