import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { identified, RouterError } from '../core/errors.js';
import type { HttpEndpoint, HttpReply } from '../core/http.js';
import type { Logger } from '../core/logger.js';
import { countLimit, type Meter } from '../core/meter.js';
import { RefusalLog } from '../core/refusal-log.js';
import { BodyReader } from './body-reader.js';
import type { TlsFiles } from './certificate.js';
import { CrossOrigin } from './cross-origin.js';
import { FIRST_OCTETS } from './first-octets.js';
import { listenOn } from './listen-on.js';
import { PeerAddresses } from './peer-addresses.js';
import { refusalReply } from './refusal-reply.js';
import { readRequestUrl } from './request-url.js';
import { ResponseBody } from './response-body.js';
import type { FirstOctet } from './sniffer.js';
import type { OriginCheck } from './stream-origin.js';
import { isStream } from './stream-reply.js';
import { WebServer } from './web-server.js';

export interface HttpOptions {
  readonly endpoints: readonly HttpEndpoint[];
  readonly logger: Logger;
  readonly meter: Meter;
  /** Whose requests are whose; without it every peer speaks for itself. */
  readonly addresses?: PeerAddresses;
  /** Which pages may ask what is for those of other origins, too; without it none. */
  readonly checkOrigin?: OriginCheck;
  /** Speaks TLS where there is a certificate. */
  readonly tls?: TlsFiles | undefined;
  /** Protocols that share the port, each told by its first octet. */
  readonly others?: readonly FirstOctet[];
  readonly limits: {
    /** Milliseconds for a connection to say something, and for a request to arrive whole. */
    readonly handshakeTimeout: number;
    readonly connections: number;
    /** Octets of bodies that have not come whole yet. */
    readonly bodies?: number;
  };
}

/** Characters of a path in the log. */
const LONGEST_PATH = 256;
const BODIES = 64 * 1024 ** 2;

/** The HTTP server: endpoints with bounded bodies, and the sockets that WebSocket upgrades come from. */
export class HttpTransport implements FirstOctet {
  readonly octets = FIRST_OCTETS.http;
  readonly #options: HttpOptions;
  readonly #addresses: PeerAddresses;
  readonly #refusals: RefusalLog;
  readonly #endpoints: ReadonlyMap<string, HttpEndpoint>;
  readonly #crossOrigin: CrossOrigin;
  readonly #bodies: BodyReader;
  readonly #web: WebServer;

  /** Throws when the files of the certificate cannot be used. */
  constructor(options: HttpOptions) {
    const { addresses = new PeerAddresses(), checkOrigin = refuseAll } = options;
    this.#options = options;
    this.#addresses = addresses;
    this.#refusals = new RefusalLog(options.logger);
    this.#endpoints = new Map(
      options.endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint]),
    );
    this.#crossOrigin = new CrossOrigin(options.endpoints, checkOrigin);
    this.#bodies = new BodyReader(options.limits.bodies ?? BODIES);
    this.#web = new WebServer({ ...options, addresses }, (request, response) =>
      this.#serve(request, response),
    );
  }

  get server(): Server {
    return this.#web.server;
  }

  /** Resolves to the port, which the system picks when 0 is asked for. */
  listen(host: string, port: number): Promise<number> {
    return listenOn(this.server, host, port);
  }

  /** Takes a connection of another port. */
  accept(socket: Socket): void {
    this.#web.take(socket);
  }

  /** Takes no more connections; requests under way are answered if that takes no more than `grace` milliseconds. */
  close(grace: number): Promise<void> {
    return this.#web.close(grace);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const remoteAddress = this.#addresses.of(request);
    try {
      this.#write(request, response, await this.#answer(request, response, remoteAddress));
    } catch (error) {
      if (request.destroyed && !request.complete) return; // the peer has gone
      const refusal = identified(RouterError.from(error));
      this.#report(refusal, { error, path: pathOf(request), remoteAddress });
      this.#write(request, response, refusalReply(refusal));
    }
  }

  /** Under the name that the peer is told, so that its refusal can be found. */
  #report(
    refusal: RouterError,
    { error, path, remoteAddress }: { error: unknown; path: string; remoteAddress: string },
  ): void {
    const { code, request, message: reason, cause } = refusal;
    const { logger, meter } = this.#options;
    meter.count('signalbox_http_refusals_total', { code });
    countLimit(meter, refusal);
    if (code === 'internal')
      logger.error({ event: 'request_failed', request, error, path }, 'request failed');
    else
      this.#refusals.write(
        { event: 'request_refused', request, code, reason, path, remoteAddress, cause },
        'request refused',
      );
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    remoteAddress: string,
  ): Promise<HttpReply> {
    this.#addresses.check(remoteAddress);
    const { method = 'GET', headers } = request;
    const url = readRequestUrl(request.url ?? '/');
    const preflight = method === 'OPTIONS' && this.#crossOrigin.preflight(url.pathname, headers);
    if (preflight) return preflight;
    const endpoint = this.#find(method, url.pathname);
    this.#crossOrigin.check(endpoint, headers);
    const body = await this.#bodies.read(request, { limit: endpoint.bodyLimit, remoteAddress });
    // Node sets it anew when the answer has been written.
    if (endpoint.holds) request.socket.setTimeout(0);
    const whenGone = (listener: () => void) => whenUnanswered(response, listener);
    return endpoint.handle({ method, url, headers, remoteAddress, body, whenGone });
  }

  #find(method: string, path: string): HttpEndpoint {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const endpoint = this.#endpoints.get(`${wanted} ${path}`);
    if (endpoint !== undefined) return endpoint;
    const there = this.#options.endpoints.filter((one) => isAt(one, path)).sort(nearestFirst);
    const below = there.find((one) => one.method === wanted);
    if (below !== undefined) return below;
    const others = there.map((one) => one.method);
    if (others.length === 0)
      throw new RouterError('no_such_route', `nothing is served at ${path}`, {
        hint: 'see docs/settings.md for the paths',
      });
    throw new RouterError('bad_request', `${path} takes ${others.join(' or ')}, not ${method}`);
  }

  #write(request: IncomingMessage, response: ServerResponse, reply: HttpReply): void {
    if (response.headersSent || response.destroyed) return;
    const shared = this.#crossOrigin.allowance(fullPathOf(request), request.headers);
    const headers = { 'x-content-type-options': 'nosniff', ...reply.headers, ...shared };
    if (isStream(reply)) {
      beginStream(response, { status: reply.status, headers });
      reply.stream(response);
      return;
    }
    if (reply.open !== undefined && request.method !== 'HEAD') {
      beginStream(response, { status: reply.status, headers });
      response.flushHeaders();
      reply.open(new ResponseBody(response));
      return;
    }
    const body = reply.body ?? '';
    // A connection that is kept for the next request would keep a closing server too, and one with half a body has none.
    response.shouldKeepAlive &&= this.server.listening && !request.isPaused();
    // [RFC 9110 §8.6]
    const length = reply.status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
    response.writeHead(reply.status, { ...length, ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

function isAt({ path, below = false }: HttpEndpoint, wanted: string): boolean {
  return path === wanted || (below && wanted.startsWith(`${path}/`));
}

/** What serves one folder comes before what serves all of them. */
function nearestFirst(a: HttpEndpoint, b: HttpEndpoint): number {
  return b.path.length - a.path.length;
}

/** A response calls itself finished, too, when its socket failed with octets in it. */
function whenUnanswered(response: ServerResponse, listener: () => void): void {
  const { socket } = response.req;
  const isAnswered = () => response.writableFinished && socket.errored === null;
  if (response.closed) listener();
  else response.once('close', () => isAnswered() || listener());
}

/** A body that ends with its connection. [RFC 9112 §6.3] */
function beginStream(response: ServerResponse, { status, headers }: HttpReply): void {
  response.shouldKeepAlive = false;
  response.removeHeader('transfer-encoding');
  response.writeHead(status, headers);
}

const refuseAll: OriginCheck = () => {
  throw new RouterError('forbidden', 'pages of other origins may not ask here');
};

function fullPathOf({ url = '' }: IncomingMessage): string {
  try {
    return readRequestUrl(url).pathname;
  } catch {
    return '';
  }
}

/** Without the query, which may hold a ticket. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.slice(0, LONGEST_PATH).split('?', 1)[0] ?? '';
}
