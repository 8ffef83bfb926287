/** The second public door: what tests of topic handlers and of ports need. No sockets, no framework. */
import type { RouteTest, RouteTestOptions } from './app/route-tests.js';
import { MemoryBroker } from './brokers/index.js';
import type { Authenticator } from './core/authenticator.js';
import type { Broker } from './core/broker.js';
import { CallError } from './core/call-error.js';
import type { Connection, ConnectionListener } from './core/connection.js';
import type { Disconnect, RouterError } from './core/errors.js';
import { ServerEvents } from './core/events.js';
import { Frame } from './core/frame.js';
import type { HistoryFilter } from './core/history.js';
import { type Logger, NULL_LOGGER } from './core/logger.js';
import type { Match } from './core/match.js';
import { type Meter, NULL_METER } from './core/meter.js';
import { Payload } from './core/payload.js';
import type { Publication, PublicationOptions } from './core/publication.js';
import type { Access, Route } from './core/route.js';
import type { Subscriber } from './core/router.js';
import type { CallReply } from './core/rpc.js';
import { ANONYMOUS, type Notice, type Principal, randomId, Session, sessionId } from './core/session.js';
import { sessionProcedures } from './core/session-procedures.js';
import type { TopicHandler } from './core/topic.js';
import {
  type IdentitySettings,
  type ProcedureLimits,
  ProcedureRouter,
  type RouterLimits,
  RouteTable,
  TopicRouter,
} from './router/index.js';

export type { RouteTest, RouteTestOptions };

/** A connection that keeps what it is sent. */
export class FakeConnection implements Connection {
  readonly id = randomId();
  readonly transport = 'memory';
  readonly remoteAddress = '192.0.2.1';
  readonly frames: Frame[] = [];
  paused = false;
  ended: (Disconnect & { readonly goodbye: boolean }) | undefined;
  listener: ConnectionListener | undefined;

  /** The frames as text. */
  get texts(): readonly string[] {
    return this.frames.map(({ bytes }) => bytes.toString('utf8'));
  }

  send(frame: Frame): void {
    if (this.ended === undefined) this.frames.push(frame);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(why: Disconnect): void {
    this.#end(why, true);
  }

  drop(why: Disconnect): void {
    this.#end(why, false);
  }

  #end(why: Disconnect, goodbye: boolean): void {
    if (this.ended !== undefined) return;
    this.ended = { ...why, goodbye };
    this.listener?.disconnected(why);
  }
}

const EVERYBODY = ['anyone'];
const ANYONE: Access = {
  subscribe: EVERYBODY,
  publish: EVERYBODY,
  history: EVERYBODY,
  presence: EVERYBODY,
  call: EVERYBODY,
  register: EVERYBODY,
};

/** A route as a routing file would give it; anyone may do anything unless `access` says otherwise. */
export function testRoute(
  name: string,
  pattern: string,
  more: Partial<Omit<Route, 'requirements' | 'access'>> & {
    readonly requirements?: Readonly<Record<string, string | { pattern: string; wildcard: boolean }>>;
    readonly access?: Partial<Access>;
  } = {},
): Route {
  const requirements = Object.entries(more.requirements ?? {}).map(([parameter, requirement]) => [
    parameter,
    typeof requirement === 'string' ? { pattern: requirement, wildcard: false } : requirement,
  ]);
  return {
    name,
    pattern,
    handler: name,
    args: [],
    defaults: {},
    options: {},
    ...more,
    requirements: Object.fromEntries(requirements),
    access: { ...ANYONE, ...more.access },
    limits: more.limits ?? {},
  };
}

/** A principal of kind `user`. */
export function testUser(id: string, more: Partial<Principal> = {}): Principal {
  return { kind: 'user', id, roles: [], organizations: [], claims: {}, ...more };
}

/** A principal of kind `backend`. */
export function testBackend(id = 'test'): Principal {
  return { kind: 'backend', id, roles: ['backend'], organizations: [], claims: {} };
}

/** A peer of a `TestServer`: subscribes and publishes without a wire protocol and keeps what it receives. */
export class TestPeer {
  readonly session: Session;
  readonly connection = new FakeConnection();
  /** What was delivered, in order. */
  readonly received: { readonly channel: string; readonly payload: unknown }[] = [];
  /** Subscriptions that the router has ended, in order. */
  readonly ended: { readonly channel: string; readonly why: RouterError }[] = [];
  /** What it was told beside messages, in order. */
  readonly notices: Notice[] = [];
  readonly #router: TopicRouter;
  readonly #procedures: ProcedureRouter;
  /** By channel; of a pattern, by what it is and its text. */
  readonly #subscribers = new Map<string, Subscriber>();

  constructor(
    { router, procedures }: { router: TopicRouter; procedures: ProcedureRouter },
    principal: Principal,
  ) {
    this.#router = router;
    this.#procedures = procedures;
    const { connection } = this;
    this.session = new Session({
      id: sessionId(),
      protocol: 'test',
      principal,
      connection,
      end: (why) => connection.close(why),
      notify: (notice) => void this.notices.push(notice),
    });
    router.open(this.session);
  }

  /** Resolves when joined, to a pattern where `match` says so; rejects with the `RouterError` of a refusal. */
  async subscribe(channel: string, match?: Subscriber['match']): Promise<void> {
    const subscriber: Subscriber = {
      session: this.session,
      channel,
      ...(match && { match }),
      wireKey: this.session.id,
      encode: (publication) => this.#receive(publication),
      ended: (why) => this.#ended(channel, why),
    };
    await this.#router.subscribe(subscriber);
    this.#subscribers.set(keyOf(channel, match), subscriber);
  }

  async unsubscribe(channel: string, match?: Subscriber['match']): Promise<void> {
    const subscriber = this.#subscribers.get(keyOf(channel, match));
    this.#subscribers.delete(keyOf(channel, match));
    if (subscriber !== undefined) await this.#router.unsubscribe(subscriber);
  }

  /** What is retained for one of its subscriptions. */
  async retained(channel: string, match?: Subscriber['match']): Promise<readonly Publication[]> {
    const subscriber = this.#subscribers.get(keyOf(channel, match));
    return subscriber === undefined ? [] : this.#router.retained(subscriber);
  }

  /** What it may read of the history of a channel, or of a pattern. */
  async history(
    channel: string,
    filter: HistoryFilter = {},
    match: Match = 'exact',
  ): Promise<readonly Publication[]> {
    return this.#router.history(this.session, { channel, match }, filter);
  }

  /** Resolves to the publication, or to nothing where the handler delivered none. */
  async publish(
    channel: string,
    payload: unknown,
    options: PublicationOptions = {},
  ): Promise<Publication | undefined> {
    const event = { exclude: [], eligible: [], ...options, payload: Payload.of(payload) };
    return this.#router.publish(this.session, channel, event);
  }

  /**
   * Resolves to the result: the one value, or `{args, kwargs}`. Rejects with the `RouterError` of a refusal, or with a
   * `CallError` that a handler has thrown.
   */
  call(procedure: string, ...args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const reply = (reply: CallReply) => settle(reply, resolve, reject);
      const payload = Payload.ofArguments({ list: args });
      this.#procedures.call({ session: this.session, procedure, payload, reply });
    });
  }

  async leave(): Promise<void> {
    await this.#router.leave(this.session);
  }

  #ended(channel: string, why: RouterError): void {
    this.#subscribers.delete(channel);
    this.ended.push({ channel, why });
  }

  #receive({ channel, payload }: Publication): Frame {
    this.received.push({ channel, payload: payload.value });
    return Frame.text(payload.text);
  }
}

function settle(reply: CallReply, resolve: (value: unknown) => void, reject: (error: Error) => void): void {
  if (reply.type === 'result') resolve(reply.payload.value);
  else if (reply.type === 'refused') reject(reply.error);
  else if (reply.type === 'failed') reject(CallError.of(reply.failure));
}

const LIMITS: RouterLimits & ProcedureLimits = {
  subscriptions: 1000,
  patterns: 1000,
  channels: 1000,
  connectionsPerUser: 1000,
  publishes: undefined,
  handlerTimeout: 1000,
  calls: 1000,
  callTimeout: 60_000,
  registrations: 1000,
  channel: 255,
};

/** Lets nobody in: a test server has no credentials. */
const NOBODY: Authenticator = { method: 'none', authenticate: () => undefined };

function keyOf(channel: string, match: Subscriber['match']): string {
  return match === undefined ? channel : `${match} ${channel}`;
}

export interface TestServerOptions {
  readonly routes: readonly Route[];
  /** By the handler name of the routes. */
  readonly handlers: Readonly<Record<string, TopicHandler>>;
  readonly broker?: Broker;
  readonly logger?: Logger;
  readonly meter?: Meter;
  readonly limits?: Partial<RouterLimits & ProcedureLimits>;
  /** Who `signalbox.renew` asks; nobody is let in by default. */
  readonly authenticator?: Authenticator;
  readonly identity?: Partial<IdentitySettings>;
  readonly development?: boolean;
}

/** A router with its handlers in memory, for tests of topic handlers. */
export class TestServer {
  readonly router: TopicRouter;
  readonly procedures: ProcedureRouter;
  readonly events: ServerEvents;

  constructor({
    routes,
    handlers,
    broker = new MemoryBroker(),
    logger = NULL_LOGGER,
    meter = NULL_METER,
    limits,
    identity,
    authenticator = NOBODY,
    development = false,
  }: TestServerOptions) {
    this.events = new ServerEvents(logger);
    const shared = {
      table: new RouteTable(routes),
      handlers: new Map(Object.entries(handlers)),
      events: this.events,
      logger,
      meter,
      limits: { ...LIMITS, ...limits },
      development,
    };
    this.router = new TopicRouter({
      ...shared,
      broker,
      identity: { warning: 60_000, downgrade: false, ...identity },
    });
    const own = sessionProcedures({ router: this.router, authenticator });
    this.procedures = new ProcedureRouter({ ...shared, own });
    void this.router.start();
  }

  connect(principal: Principal = ANONYMOUS): TestPeer {
    return new TestPeer(this, principal);
  }
}

/**
 * The route tests of an application, for any test runner: `for (const { name, run } of await loadRouteTests()) test(name,
 * run)`. Throws `ConfigurationError` for errors in settings, routes or test files, and an `Error` where there is no test.
 */
export async function loadRouteTests(options: RouteTestOptions = {}): Promise<readonly RouteTest[]> {
  // The application, with its framework, is loaded by those only who test its routes.
  const application = await import('./app/route-tests.js');
  return application.loadRouteTests(options);
}
