import type { Admission, Gateway } from '../core/connection.js';
import { type Disconnect, RouterError } from '../core/errors.js';
import type { HttpDescription, HttpEndpoint, HttpReply, HttpRequest } from '../core/http.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { AdmissionLimits } from './admission-limits.js';
import { Backlog } from './backlog.js';
import { Heartbeat } from './heartbeat.js';
import { OpenConnections } from './open-connections.js';
import type { PeerLimits } from './peer-limits.js';
import { SseConnection, type SseConnectionContext } from './sse-connection.js';
import { STREAM_ENVELOPE } from './stream-envelope.js';
import { type OriginCheck, withOrigin } from './stream-origin.js';
import { TickWriter } from './tick-writer.js';

export interface SseOptions {
  readonly gateway: Gateway;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Counted together with other transports; without it alone. */
  readonly admission?: AdmissionLimits;
  readonly checkOrigin: OriginCheck;
  readonly limits: PeerLimits;
}

/** A peer that waits for its answer. */
interface WatchedPeer {
  isGone: boolean;
  connection: SseConnection | undefined;
}

/** Where streams are. */
const PATH = '/sse';

const DESCRIPTION: HttpDescription = {
  summary: 'Subscribe to channels as a stream of events; docs/sse.md describes the events',
  credentials: 'optional',
  query: {
    channel: {
      description: 'A channel; may be given several times.',
      schema: { type: 'string' },
      required: true,
    },
  },
  reply: { contentType: 'text/event-stream' },
};

/** Peers that hear by a response to GET that does not end: Server-Sent Events. */
export class SseTransport {
  readonly endpoints: readonly HttpEndpoint[];
  readonly #options: SseOptions;
  readonly #admission: AdmissionLimits;
  readonly #connections: OpenConnections<SseConnection>;
  readonly #heartbeat: Heartbeat;
  readonly #context: SseConnectionContext;

  constructor(options: SseOptions) {
    const { limits, meter } = options;
    this.#options = options;
    this.#admission = options.admission ?? new AdmissionLimits(limits);
    this.#connections = new OpenConnections({ ...options, admission: this.#admission });
    this.#heartbeat = new Heartbeat({ interval: limits.ping, pongTimeout: limits.pongTimeout });
    this.#context = {
      writer: new TickWriter(STREAM_ENVELOPE),
      buffer: limits.buffer,
      backlog: new Backlog(limits.bufferTime, meter),
      keepAlive: limits.ping / 2,
      ended: (connection, why) => this.#ended(connection, why),
    };
    const handle = (request: HttpRequest) => this.#open(request);
    this.endpoints = [
      {
        method: 'GET',
        path: PATH,
        description: DESCRIPTION,
        holds: true,
        crossOrigin: true,
        bodyLimit: 0,
        handle,
      },
    ];
  }

  /** Open streams, for metrics. */
  get size(): number {
    return this.#connections.size;
  }

  get sentBytes(): number {
    return this.#context.writer.sentBytes;
  }

  /** Tells every peer to go, spread over `milliseconds` if they are many, and resolves when all are gone. */
  async drain(milliseconds: number): Promise<void> {
    await this.#connections.drain(milliseconds);
    this.#heartbeat.stop();
  }

  async #open(request: HttpRequest): Promise<HttpReply> {
    const { remoteAddress, method } = request;
    const headers = withOrigin(request.headers, this.#options.checkOrigin);
    if (method === 'HEAD') return { status: 200, headers: { 'content-type': 'text/event-stream' } };
    try {
      this.#admission.enter(remoteAddress);
      return await this.#admit({ ...request, headers });
    } catch (error) {
      const { code } = RouterError.from(error);
      this.#options.meter.count('signalbox_refused_connections_total', { code });
      throw error;
    }
  }

  /** It has been counted in, and is counted out when it does not become a connection, or by the end of that. */
  async #admit(request: HttpRequest): Promise<HttpReply> {
    const { remoteAddress } = request;
    const peer = watch(request);
    try {
      const admission = await this.#options.gateway.admit({ ...request, subprotocols: [], protocol: 'sse' });
      if (peer.isGone) throw new RouterError('unavailable', 'the peer has gone');
      return await this.#begin(admission, remoteAddress, peer);
    } catch (error) {
      if (peer.connection === undefined) this.#admission.leave(remoteAddress);
      peer.connection?.lost();
      throw error;
    }
  }

  #begin(admission: Admission, remoteAddress: string, peer: WatchedPeer): Promise<HttpReply> {
    return new Promise((answer) => {
      const connection = new SseConnection(remoteAddress, this.#context, answer);
      peer.connection = connection;
      this.#connections.add(connection);
      this.#heartbeat.start();
      this.#heartbeat.add(connection);
      connection.listen(admission.accept(connection));
    });
  }

  #ended(connection: SseConnection, why: Disconnect): void {
    if (this.#connections.delete(connection, why)) this.#heartbeat.delete(connection);
  }
}

/** What hears of its end lives as long as the stream, and must not hold all that the request said. */
function watch({ whenGone }: HttpRequest): WatchedPeer {
  const peer: WatchedPeer = { isGone: false, connection: undefined };
  whenGone?.(() => {
    peer.isGone = true;
    peer.connection?.lost();
  });
  return peer;
}
