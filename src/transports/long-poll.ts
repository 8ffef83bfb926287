import { isUtf8 } from 'node:buffer';
import type { Admission, Gateway } from '../core/connection.js';
import { DISCONNECT, type Disconnect, RouterError } from '../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../core/http.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import { randomId } from '../core/session.js';
import { AdmissionLimits } from './admission-limits.js';
import { allowance } from './allowance.js';
import { LongPollConnection, type LongPollContext } from './long-poll-connection.js';
import { readOffers } from './long-poll-offers.js';
import { deliveryReply, emptyReply, ended } from './long-poll-replies.js';
import { OpenConnections } from './open-connections.js';
import type { PeerLimits } from './peer-limits.js';
import { turnedAway } from './turned-away.js';

export interface LongPollOptions {
  readonly gateway: Gateway;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Counted together with other transports; without it alone. */
  readonly admission?: AdmissionLimits;
  /** The address below which it is served, such as `/lp`; without one it is not. */
  readonly path: string | undefined;
  /** Throws `forbidden` for the `Origin` of a page that may not connect. */
  readonly checkOrigin: (origin: HttpRequest['headers'][string]) => void;
  readonly limits: PeerLimits & { readonly longPoll: number };
}

/** Octets of an opening request that are read, if messages may not be longer. */
const LEAST_BODY = 4096;

/** Peers without WebSocket, by requests over HTTP that wait for their answers. [WAMP2 §HTTP Longpoll Transport] */
export class LongPollTransport {
  readonly endpoints: readonly HttpEndpoint[];
  readonly #options: LongPollOptions;
  readonly #admission: AdmissionLimits;
  readonly #connections: OpenConnections<LongPollConnection>;
  readonly #context: LongPollContext;
  /** By the name that only their peers know. */
  readonly #byName = new Map<string, LongPollConnection>();
  readonly #names = new WeakMap<LongPollConnection, string>();
  #sentBytes = 0;

  constructor(options: LongPollOptions) {
    const { limits, meter } = options;
    this.#options = options;
    this.#admission = options.admission ?? new AdmissionLimits(limits);
    this.#connections = new OpenConnections({ ...options, admission: this.#admission });
    this.#context = {
      ...limits,
      absence: limits.ping + limits.pongTimeout,
      farewell: limits.pongTimeout,
      throttled: () => meter.count('signalbox_throttled_total', { limit: 'messages' }),
      given: (octets) => void (this.#sentBytes += octets),
      ended: (connection, why) => this.#ended(connection, why),
    };
    this.endpoints = options.path === undefined ? [] : this.#at(options.path);
  }

  /** Open connections, for metrics. */
  get size(): number {
    return this.#connections.size;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Tells every peer to go, spread over `milliseconds` if they are many, and resolves when all are gone. */
  drain(milliseconds: number): Promise<void> {
    return this.#connections.drain(milliseconds);
  }

  #at(path: string): readonly HttpEndpoint[] {
    const all = { path, below: true };
    const bodyLimit = Math.max(LEAST_BODY, this.#options.limits.message);
    return [
      {
        ...all,
        method: 'POST',
        holds: true,
        bodyLimit,
        handle: (request) => this.#serve(request, request.url.pathname.slice(path.length + 1)),
      },
      { ...all, method: 'OPTIONS', bodyLimit: 0, handle: (request) => this.#allow(request) },
    ];
  }

  /** Pages of other origins ask before they send JSON. [Fetch §CORS-preflight fetch] */
  #allow({ headers }: HttpRequest): HttpReply {
    this.#options.checkOrigin(headers['origin']);
    const methods = { 'access-control-allow-methods': 'POST', 'access-control-max-age': '600' };
    const named = { 'access-control-allow-headers': 'authorization, content-type' };
    return { status: 204, headers: { ...allowance(headers), ...methods, ...named } };
  }

  async #serve(request: HttpRequest, path: string): Promise<HttpReply> {
    this.#options.checkOrigin(request.headers['origin']);
    const reply = path === 'open' ? await this.#open(request) : await this.#act(request, path);
    return { ...reply, headers: { ...reply.headers, ...allowance(request.headers) } };
  }

  #act(request: HttpRequest, path: string): Promise<HttpReply> | HttpReply {
    const [name = '', action, ...more] = path.split('/');
    if (more.length > 0) throw unknownAction();
    switch (action) {
      case 'receive':
        return this.#receive(request, this.#find(name));
      case 'send':
        return this.#send(request, this.#find(name));
      case 'close':
        return this.#close(request, this.#find(name));
      default:
        throw unknownAction();
    }
  }

  async #open(request: HttpRequest): Promise<HttpReply> {
    const subprotocols = readOffers(request.body);
    const { remoteAddress } = request;
    let entered = false;
    try {
      this.#admission.enter(remoteAddress);
      entered = true;
      const gone = watch(request);
      const admission = await this.#options.gateway.admit({ ...request, subprotocols });
      if (gone()) throw new RouterError('unavailable', 'the peer has gone');
      const transport = this.#begin(admission, remoteAddress);
      entered = false;
      return jsonReply(200, { protocol: admission.subprotocol, transport });
    } catch (error) {
      const { code } = RouterError.from(error);
      this.#options.meter.count('signalbox_refused_connections_total', { code });
      throw error;
    } finally {
      if (entered) this.#admission.leave(remoteAddress);
    }
  }

  /** Returns the name of the new connection. Throws when its protocol has ended it before it could be told of. */
  #begin(admission: Admission, remoteAddress: string): string {
    const { subprotocol = '' } = admission;
    const batched = subprotocol.endsWith('.batched');
    const binary = !subprotocol.startsWith('wamp.2.json');
    const connection = new LongPollConnection({ remoteAddress, batched, binary }, this.#context);
    const listener = admission.accept(connection);
    if (connection.why !== undefined) {
      const { why } = connection;
      connection.drop(why);
      throw turnedAway(why);
    }
    const name = randomId();
    this.#connections.add(connection);
    this.#byName.set(name, connection);
    this.#names.set(connection, name);
    connection.listen(listener);
    return name;
  }

  async #receive({ whenGone }: HttpRequest, connection: LongPollConnection): Promise<HttpReply> {
    const delivery = connection.receive();
    whenGone?.(() => connection.lost(delivery));
    return deliveryReply(await delivery);
  }

  async #send(request: HttpRequest, connection: LongPollConnection): Promise<HttpReply> {
    const { body, headers } = request;
    const { message: limit } = this.#options.limits;
    checkOpen(connection);
    if (body.length > limit) {
      const message = `the message is over limits.message of ${limit} bytes`;
      throw new RouterError('payload_too_large', message, { limit: 'limits.message' });
    }
    if (body.length === 0 || !(connection.binary || isUtf8(body)))
      throw new RouterError('bad_request', 'the body is no message');
    await connection.message(body);
    checkOpen(connection, DISCONNECT.closed.code);
    return emptyReply(headers);
  }

  #close({ headers }: HttpRequest, connection: LongPollConnection): HttpReply {
    connection.closedByPeer();
    return emptyReply(headers);
  }

  #find(name: string): LongPollConnection {
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    throw new RouterError('no_such_session', 'no open transport has this id', {
      hint: 'open a new one: it has ended, or nobody asked for its messages',
    });
  }

  #ended(connection: LongPollConnection, why: Disconnect): void {
    if (!this.#connections.delete(connection, why)) return;
    this.#byName.delete(this.#names.get(connection) ?? '');
  }
}

/** Tells afterwards whether the peer went away. */
function watch({ whenGone }: HttpRequest): () => boolean {
  let gone = false;
  whenGone?.(() => {
    gone = true;
  });
  return () => gone;
}

/** Throws for a transport that has ended, but by `unless`. */
function checkOpen({ why }: LongPollConnection, unless?: number): void {
  if (why !== undefined && why.code !== unless) throw ended(why);
}

function unknownAction(): RouterError {
  return new RouterError('no_such_route', 'long-poll has open, and receive, send and close of a transport', {
    hint: 'begin with a POST to open',
  });
}
