import type { ConnectionListener } from '../../../src/core/connection.js';
import type { RouterError } from '../../../src/core/errors.js';
import { NULL_LOGGER } from '../../../src/core/logger.js';
import { Payload } from '../../../src/core/payload.js';
import type { Route } from '../../../src/core/route.js';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import { SseProtocol } from '../../../src/protocols/sse/index.js';
import {
  FakeConnection,
  TestServer,
  type TestServerOptions,
  testBackend,
  testRoute,
} from '../../../src/testing.js';
import { EventStreamReader } from '../../support/event-stream.js';
import { until } from '../../support/until.js';

const BROADCAST: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

/** `news/…` has a history, `plain/…` none, `secret/…` is for administrators. */
export const ROUTES: readonly Route[] = [
  testRoute('news', 'news/{id}', { history: { size: 10, ttl: undefined } }),
  testRoute('last', 'last/{id}', { history: { size: 1, ttl: undefined }, replay: 1 }),
  testRoute('plain', 'plain/{id}'),
  testRoute('secret', 'secret/{id}', { access: { subscribe: ['ROLE_ADMIN'] } }),
];

/** The connection of a stream that a test looks at. */
export class FakeStream extends FakeConnection {
  refusal: { readonly why: RouterError; readonly details: Readonly<Record<string, unknown>> } | undefined;

  refuse(why: RouterError, details: Readonly<Record<string, unknown>> = {}): void {
    this.refusal = { why, details };
  }

  /** All that it was sent, read anew. */
  get reader(): EventStreamReader {
    const reader = new EventStreamReader();
    for (const { bytes } of this.frames) reader.read(bytes);
    return reader;
  }
}

export interface OpenStream {
  readonly connection: FakeStream;
  readonly listener: ConnectionListener;
}

/** Streams of a router in memory. */
export class Streams {
  readonly server: TestServer;
  readonly protocol: SseProtocol;
  readonly counted: string[] = [];
  readonly #backend;

  constructor(options: Partial<TestServerOptions> & { readonly ahead?: number } = {}) {
    const { ahead = 2 ** 20, ...more } = options;
    const routes = more.routes ?? ROUTES;
    const handlers = Object.fromEntries(routes.map(({ handler = '' }) => [handler, BROADCAST]));
    this.server = new TestServer({ ...more, routes, handlers: { ...handlers, ...more.handlers } });
    const { router } = this.server;
    const meter = { count: (name: string) => void this.counted.push(name) };
    this.protocol = new SseProtocol({ router, ahead, logger: NULL_LOGGER, meter });
    this.#backend = this.server.connect(testBackend());
  }

  /** Begins a stream, and does not wait for it. */
  begin(query: string, { lastEventId, principal = ANONYMOUS }: StreamMore = {}): OpenStream {
    const connection = new FakeStream();
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const url = new URL(`http://localhost/sse?${query}`);
    const listener = this.protocol.accept(connection, { principal, headers, url });
    connection.listener = listener;
    return { connection, listener };
  }

  /** Resolves when the stream has begun, or was refused. */
  async open(query: string, more: StreamMore = {}): Promise<FakeStream> {
    const { connection } = this.begin(query, more);
    await until(() => connection.frames.length > 0 || connection.refusal !== undefined);
    return connection;
  }

  async publish(channel: string, payload: unknown | Payload, more = {}): Promise<void> {
    const event = { exclude: [], eligible: [], ...more };
    if (!(payload instanceof Payload)) await this.#backend.publish(channel, payload, more);
    else await this.server.router.publish(this.#backend.session, channel, { ...event, payload });
  }
}

interface StreamMore {
  readonly lastEventId?: string;
  readonly principal?: Principal;
}
