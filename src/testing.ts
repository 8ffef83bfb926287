/** The second public door: what tests of topic handlers and of ports need. No sockets, no framework. */
import type { RouteTest, RouteTestOptions } from './app/route-tests.js';
import type { TestApplication } from './app/test-application.js';
import type { TestApplicationOptions } from './app/test-plan.js';
import { MemoryBroker, MemoryPresence, MemoryQueues } from './brokers/index.js';
import type { Authenticator } from './core/authenticator.js';
import type { Broker } from './core/broker.js';
import { channelProcedures } from './core/channel-procedures.js';
import { ServerEvents } from './core/events.js';
import type { RouterWatch } from './core/inspection.js';
import type { Load } from './core/load.js';
import { type Logger, NULL_LOGGER } from './core/logger.js';
import type { MessageLog } from './core/message-log.js';
import { type Meter, NULL_METER } from './core/meter.js';
import type { PresenceStore } from './core/presence.js';
import type { Queues } from './core/queue.js';
import type { Access, Route } from './core/route.js';
import { ANONYMOUS, type Principal } from './core/session.js';
import { sessionProcedures } from './core/session-procedures.js';
import type { TopicHandler } from './core/topic.js';
import type { Tracer } from './core/tracer.js';
import {
  type IdentitySettings,
  type ProcedureLimits,
  ProcedureRouter,
  type Rerouted,
  type RouterLimits,
  RouteTable,
  Routing,
  TopicRouter,
} from './router/index.js';
import { TestPeer } from './testing/test-peer.js';

export type { TestActor, TestCredential, WireOptions } from './app/test-application.js';
export type { TestTopic } from './app/test-topics.js';
export type { ApplicationPeer } from './testing/application-peer.js';
export type { Attempt } from './testing/attempt.js';
export { FakeConnection } from './testing/fake-connection.js';
export type { Patience } from './testing/inbox.js';
export type { Matcher } from './testing/matching.js';
export type { LogLine } from './testing/memory-logger.js';
export type { TestClock } from './testing/test-clock.js';
export type { Delivery, SubscribeOptions, TestSubscription } from './testing/test-subscription.js';
export type { WirePeer } from './testing/wire-peer.js';
export type { RouteTest, RouteTestOptions, TestApplication, TestApplicationOptions };
export { TestPeer };

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

const LIMITS: RouterLimits & ProcedureLimits = {
  subscriptions: 1000,
  patterns: 1000,
  channels: 1000,
  connectionsPerUser: 1000,
  publishes: undefined,
  recovery: 1000,
  buffer: 1024 ** 2,
  handlerTimeout: 1000,
  calls: 1000,
  callTimeout: 60_000,
  registrations: 1000,
  channel: 255,
};

/** Lets nobody in: a test server has no credentials. */
const NOBODY: Authenticator = { method: 'none', authenticate: () => undefined };

export interface TestServerOptions {
  readonly routes: readonly Route[];
  /** By the handler name of the routes. */
  readonly handlers: Readonly<Record<string, TopicHandler>>;
  readonly broker?: Broker;
  readonly queues?: Queues;
  readonly log?: MessageLog;
  readonly presence?: PresenceStore;
  readonly logger?: Logger;
  readonly meter?: Meter;
  readonly limits?: Partial<RouterLimits & ProcedureLimits>;
  /** Who `signalbox.renew` asks; nobody is let in by default. */
  readonly authenticator?: Authenticator;
  readonly identity?: Partial<IdentitySettings>;
  /** How much the server has to do; nothing by default. */
  readonly load?: Load;
  readonly tracer?: Tracer;
  /** Hears of refusals and conflations; nobody by default. */
  readonly watch?: RouterWatch;
  readonly development?: boolean;
}

/** A router with its handlers in memory, for tests of topic handlers. */
export class TestServer {
  readonly router: TopicRouter;
  readonly procedures: ProcedureRouter;
  readonly events: ServerEvents;
  readonly routing: Routing;

  constructor({
    routes,
    handlers,
    broker = new MemoryBroker(),
    logger = NULL_LOGGER,
    meter = NULL_METER,
    queues = new MemoryQueues({ limits: { queueMessages: 100_000, queueSize: 2 ** 28 }, logger, meter }),
    log,
    presence = new MemoryPresence(),
    limits,
    identity,
    load,
    tracer,
    watch,
    authenticator = NOBODY,
    development = false,
  }: TestServerOptions) {
    this.events = new ServerEvents(logger);
    this.routing = new Routing(new RouteTable(routes), new Map(Object.entries(handlers)), { meter });
    const shared = {
      routing: this.routing,
      events: this.events,
      logger,
      meter,
      watch,
      tracer,
      limits: { ...LIMITS, ...limits },
      development,
    };
    this.router = new TopicRouter({
      ...shared,
      broker,
      queues,
      log,
      presence,
      identity: { warning: 60_000, downgrade: false, ...identity },
      load,
    });
    const own = new Map([
      ...sessionProcedures({ router: this.router, authenticator }),
      ...channelProcedures(this.router),
    ]);
    this.procedures = new ProcedureRouter({ ...shared, own });
    void this.router.start();
  }

  /** Changes routes and handlers while it serves, as a reload does. */
  reroute(routes: readonly Route[], handlers: Readonly<Record<string, TopicHandler>>): Rerouted {
    const table = this.routing.successor(routes, {});
    const rerouted = this.router.rerouting.run(table, new Map(Object.entries(handlers)));
    this.procedures.reroute();
    return rerouted;
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

/**
 * An application in memory, for any test runner: settings, routes, handlers and services as a server has them, a clock that the
 * test controls, and no port. Close it at the end of the test. Throws `ConfigurationError`.
 */
export async function testApplication(options: TestApplicationOptions = {}): Promise<TestApplication> {
  const application = await import('./app/test-application.js');
  return application.testApplication(options);
}
