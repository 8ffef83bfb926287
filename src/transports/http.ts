import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RouterError } from '../core/errors.js';
import { type HttpEndpoint, type HttpReply, jsonReply } from '../core/http.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { socketLimit } from './descriptors.js';
import { readRequestUrl } from './request-url.js';

export interface HttpOptions {
  readonly endpoints: readonly HttpEndpoint[];
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits: {
    /** Milliseconds for a connection to say something, and for a request to arrive whole. */
    readonly handshakeTimeout: number;
    readonly connections: number;
  };
}

/** Connections taken beside the WebSocket peers, for requests and for refusals that say why. */
const HTTP_CONNECTIONS = 256;

/** The HTTP server: endpoints with bounded bodies, and the sockets that WebSocket upgrades come from. */
export class HttpTransport {
  readonly server: Server;
  readonly #options: HttpOptions;
  readonly #endpoints: ReadonlyMap<string, HttpEndpoint>;

  constructor(options: HttpOptions) {
    const { handshakeTimeout } = options.limits;
    this.#options = options;
    this.#endpoints = new Map(
      options.endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint]),
    );
    this.server = createServer(
      {
        maxHeaderSize: 16_384,
        headersTimeout: handshakeTimeout,
        requestTimeout: handshakeTimeout,
        connectionsCheckingInterval: Math.min(1000, handshakeTimeout),
        keepAliveTimeout: 5000,
        noDelay: true,
      },
      (request, response) => void this.#serve(request, response),
    );
    // Node lets a connection that never says anything stay for ever.
    this.server.setTimeout(handshakeTimeout, (socket) => {
      // One that has said something is a connection kept alive, whose time is over.
      if (socket.bytesRead === 0)
        options.meter.count('signalbox_refused_connections_total', { code: 'timeout' });
      socket.destroy();
    });
    // Above the limit that answers with a reason, below the one that nobody hears of.
    this.server.maxConnections = Math.min(socketLimit(), options.limits.connections + HTTP_CONNECTIONS);
    this.server.on('drop', () =>
      options.meter.count('signalbox_refused_connections_total', { code: 'descriptors' }),
    );
    this.server.on('clientError', (_error, socket) =>
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    );
  }

  /** Resolves to the port, which the system picks when 0 is asked for. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Takes no more connections; requests under way are answered if that takes no more than `grace` milliseconds. */
  async close(grace: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const deadline = setTimeout(() => this.server.closeAllConnections(), grace);
    await closed;
    clearTimeout(deadline);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#write(request, response, await this.#answer(request));
    } catch (error) {
      if (request.destroyed && !request.complete) return; // the peer has gone
      const refusal = RouterError.from(error);
      this.#options.meter.count('signalbox_http_refusals_total', { code: refusal.code });
      if (refusal.code === 'internal')
        this.#options.logger.error({ error, path: pathOf(request) }, 'request failed');
      this.#write(request, response, errorReply(refusal));
    }
  }

  async #answer(request: IncomingMessage): Promise<HttpReply> {
    const url = readRequestUrl(request.url ?? '/');
    const endpoint = this.#find(request.method ?? 'GET', url.pathname);
    const body = await readBody(request, endpoint.bodyLimit);
    const remoteAddress = request.socket.remoteAddress ?? '';
    return endpoint.handle({
      method: request.method ?? 'GET',
      url,
      headers: request.headers,
      remoteAddress,
      body,
    });
  }

  #find(method: string, path: string): HttpEndpoint {
    const endpoint = this.#endpoints.get(`${method === 'HEAD' ? 'GET' : method} ${path}`);
    if (endpoint !== undefined) return endpoint;
    const others = this.#options.endpoints.filter((one) => one.path === path).map((one) => one.method);
    if (others.length === 0)
      throw new RouterError('no_such_route', `nothing is served at ${path}`, {
        hint: 'see docs/settings.md for the paths',
      });
    throw new RouterError('bad_request', `${path} takes ${others.join(' or ')}, not ${method}`);
  }

  #write(request: IncomingMessage, response: ServerResponse, reply: HttpReply): void {
    if (response.headersSent || response.destroyed) return;
    const body = reply.body ?? '';
    // A connection that is kept for the next request would keep a closing server too.
    response.shouldKeepAlive &&= this.server.listening;
    response.writeHead(reply.status, {
      'x-content-type-options': 'nosniff',
      'content-length': Buffer.byteLength(body),
      ...reply.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

/** Without the query, which may hold a ticket. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new RouterError('payload_too_large', `the body is over limits.body of ${limit} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function errorReply({ status, code, message, hint }: RouterError): HttpReply {
  const reply = jsonReply(status, { error: { code, message, hint } });
  const extra =
    status === 401 ? { 'www-authenticate': 'Bearer' } : status === 413 ? { connection: 'close' } : {};
  return { ...reply, headers: { ...reply.headers, ...extra } };
}
