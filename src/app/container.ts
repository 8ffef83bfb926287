import { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import type { Authenticator } from '../core/authenticator.js';
import type { Broker } from '../core/broker.js';
import { ServerEvents } from '../core/events.js';
import type { HttpEndpoint } from '../core/http.js';
import type { LoadLevel } from '../core/load.js';
import type { Logger } from '../core/logger.js';
import type { Tracer } from '../core/tracer.js';
import {
  DevEventsEndpoint,
  DevTicketsEndpoint,
  DisconnectEndpoint,
  healthEndpoints,
  LogEndpoint,
  LoginEndpoint,
  NodesEndpoint,
  PeerEndpoint,
  PresenceEndpoint,
  PublishEndpoint,
  type Readiness,
  RightsEndpoint,
  reloadEndpoints,
  TicketsEndpoint,
} from '../protocols/http/index.js';
import { AdmissionLimits, HttpTransport, PeerAddresses, WebSocketTransport } from '../transports/index.js';
import { bindAdmin } from './admin/bind-admin.js';
import { adminPageEndpoints } from './admin-page.js';
import { bindBrokers, needsLog } from './bind-brokers.js';
import { bindProtocols } from './bind-protocols.js';
import { bindReading } from './bind-reading.js';
import { bindRealms } from './bind-realms.js';
import { buildService } from './build-service.js';
import { bindIdentity, ticketMint } from './identity.js';
import { createLogger } from './logger.js';
import { Metrics } from './metrics.js';
import { MetricsEndpoint } from './metrics-endpoint.js';
import { withDocument } from './open-api.js';
import { bindOtherTransports } from './other-transports.js';
import { Overload } from './overload.js';
import { pageEndpoints } from './pages.js';
import type { Plan } from './plan.js';
import { RouterPublisher } from './publisher.js';
import { PARTS, TOKENS } from './tokens.js';

export type { Plan };

/** Says which class stands behind which port. Nothing is built until something is asked for. */
export function createContainer(plan: Plan, tracer?: Tracer): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  bindFoundations(container, plan);
  container.bind(PARTS.tracer).toConstantValue(tracer);
  container.bind(PARTS.served).toConstantValue({ plan });
  bindAdmin(container, plan);
  bindBrokers(container, plan);
  bindRealms(container, plan);
  bindPublisher(container);
  bindIdentity(container, plan.settings);
  bindAddresses(container, plan);
  bindReading(container, plan.settings);
  bindHttp(container, plan);
  bindProtocols(container, plan.settings);
  bindWebSocket(container, plan);
  bindOtherTransports(container, plan.settings);
  bindServices(container, plan);
  return container;
}

function bindFoundations(container: Container, { settings, logger }: Plan): void {
  container.bind(TOKENS.logger).toResolvedValue(() => logger ?? createLogger(settings.log));
  container
    .bind(PARTS.overload)
    .toResolvedValue((logger) => new Overload(settings.limits.loopDelay, logger), [TOKENS.logger]);
  container.bind(PARTS.metrics).toResolvedValue(() => new Metrics());
  container.bind(TOKENS.events).toResolvedValue((logger) => new ServerEvents(logger), [TOKENS.logger]);
}

/** What handlers and programs publish with. */
function bindPublisher(container: Container): void {
  container.bind(TOKENS.publisher).toResolvedValue((router) => new RouterPublisher(router), [PARTS.router]);
}

function bindHttp(container: Container, { settings, routes, board }: Plan): void {
  const { limits } = settings;
  const publishLimits = {
    body: limits.body,
    batch: limits.batch,
    depth: limits.depth,
    payload: limits.message,
  };
  container.bind<readonly HttpEndpoint[]>(PARTS.endpoints).toResolvedValue(
    (router, cluster, authenticator, broker, metrics, readiness, logger, overload) => [
      new PublishEndpoint({
        router,
        authenticator,
        limits: publishLimits,
        publishes: limits.publishes,
        logger,
      }),
      new DisconnectEndpoint({ cluster, authenticator }),
      ...(needsLog(routes) ? [new LogEndpoint({ router, authenticator })] : []),
      new RightsEndpoint({ cluster, authenticator }),
      new NodesEndpoint(cluster, authenticator),
      new PeerEndpoint(authenticator),
      ...reloadEndpoints({
        ...{ cluster, authenticator },
        reload: (options) => container.get(PARTS.reload)(options),
      }),
      new PresenceEndpoint({ router, authenticator }),
      ...ticketEndpoints(settings, authenticator),
      ...healthEndpoints(() => readinessOf({ ...readiness, load: overload.level }, broker)),
      new MetricsEndpoint(metrics, authenticator),
      ...devEndpoints(settings),
      ...(board === undefined ? [] : [new DevEventsEndpoint(board)]),
      ...(settings.admin.key === undefined ? [] : adminPageEndpoints()),
      ...pageEndpoints(
        {
          development: settings.development,
          login: devEndpoints(settings).length > 0,
          watched: board !== undefined,
        },
        { folder: settings.pages, limit: limits.page },
      ),
    ],
    [
      PARTS.router,
      TOKENS.cluster,
      PARTS.knownOnly,
      TOKENS.broker,
      PARTS.metrics,
      PARTS.readiness,
      TOKENS.logger,
      PARTS.overload,
    ],
  );
  container.bind(PARTS.readiness).toConstantValue({ ready: false });
  const { tls } = settings.listen;
  container.bind(PARTS.http).toResolvedValue(
    (endpoints, reads, admin, longPoll, sse, others, origins, logger, meter, addresses) =>
      new HttpTransport({
        endpoints: withDocument([...endpoints, ...reads, ...admin, ...longPoll.endpoints, ...sse.endpoints]),
        others,
        checkOrigin: (origin) => origins.check(origin),
        logger,
        meter,
        addresses,
        tls,
        limits,
      }),
    [
      PARTS.endpoints,
      PARTS.reads,
      PARTS.admin,
      PARTS.longPoll,
      PARTS.sseStreams,
      PARTS.sharing,
      PARTS.origins,
      TOKENS.logger,
      TOKENS.meter,
      PARTS.addresses,
    ],
  );
}

/** Peers are to be sent elsewhere while this node cannot reach the others, or has too much to do. */
export function readinessOf(
  { ready, load }: { readonly ready: boolean; readonly load: LoadLevel },
  { health }: Broker,
): Readiness {
  const isUp = health?.ready !== false;
  const server = load > 0 ? 'overloaded' : 'up';
  return {
    ready: ready && isUp && load === 0,
    states: { server: ready ? server : 'not taking requests', broker: isUp ? 'up' : 'down' },
  };
}

/** Without a key to sign with there is no such address. */
function ticketEndpoints({ auth }: Settings, authenticator: Authenticator): readonly HttpEndpoint[] {
  const mint = ticketMint(auth);
  if (mint === undefined) return [];
  return [
    new TicketsEndpoint({ authenticator, mint, ttl: auth.ticketTtl, longest: auth.ticketTtlMax }),
    new LoginEndpoint({ authenticator, mint, ttl: auth.ticketTtl }),
  ];
}

/** A ticket of the page is used at once, and its session short enough to see it renewed. */
const DEV_TICKETS = { ttl: 30_000, session: 600_000 };

/** Outside of development there is no such address. */
function devEndpoints({ development, auth }: Settings): readonly HttpEndpoint[] {
  const mint = ticketMint(auth);
  if (!development || mint === undefined) return [];
  return [new DevTicketsEndpoint((grant) => mint({ ...grant, ...DEV_TICKETS }).ticket)];
}

function bindWebSocket(container: Container, { settings }: Plan): void {
  const { listen, limits } = settings;
  container.bind(PARTS.admission).toResolvedValue(() => new AdmissionLimits(limits));
  container.bind(PARTS.webSocket).toResolvedValue(
    (gateway, protocols, admission, logger, meter, addresses) =>
      new WebSocketTransport({
        gateway,
        admission,
        logger,
        meter,
        addresses,
        paths: [...new Set([...listen.paths, ...protocols.flatMap(({ paths = [] }) => paths)])],
        compression: listen.compression,
        limits,
      }),
    [TOKENS.gateway, PARTS.protocols, PARTS.admission, TOKENS.logger, TOKENS.meter, PARTS.addresses],
  );
}

/** Who stands behind a TCP connection. */
function bindAddresses(container: Container, { settings }: Plan): void {
  const { trustedProxies, blocked } = settings.listen;
  const warn = (logger: Logger) => (proxy: string) =>
    logger.warn(
      { event: 'proxy_not_trusted', proxy },
      'a proxy forwards peers and is not in listen.trusted_proxies: all of them count as one address',
    );
  container
    .bind(PARTS.addresses)
    .toResolvedValue(
      (logger) => new PeerAddresses({ trustedProxies, blocked, untrusted: warn(logger) }),
      [TOKENS.logger],
    );
}

/** The application's own classes, each under its token, built when something injects it. */
function bindServices(container: Container, { offers }: Plan): void {
  for (const [token, offer] of offers.services) {
    const inject = [...(offer.class.inject ?? [])];
    const build = (...injected: unknown[]) => buildService(offer, injected);
    container.bind(token).toResolvedValue(build, inject);
  }
}
