import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from 'inversify';
import type { ReloadReport } from '../core/reload.js';
import { within } from '../core/within.js';
import { type ApplicationOptions, loadApplication } from './application.js';
import { createContainer, type Plan, readinessOf } from './container.js';
import { loadTracer } from './open-telemetry.js';
import { ownPorts } from './own-ports.js';
import type { Publisher } from './publisher.js';
import { type LoadPlan, Reloading } from './reloading.js';
import { routeSamples } from './route-samples.js';
import { PARTS, TOKENS } from './tokens.js';
import { byTransport, peerTransports } from './transports.js';
import { VERSION } from './version.js';

export type ServerOptions = ApplicationOptions;

/** A server that takes connections. */
export interface RunningServer extends Publisher {
  /** Such as `http://127.0.0.1:8080`, with the port that was really taken. */
  readonly url: string;
  /** That address, and those of protocols with a port of their own, such as `rawsocket://127.0.0.1:8081`. */
  readonly urls: readonly string[];
  /** Reads settings, routes and handlers again and goes by them, if they are good. Never rejects. */
  reload(): Promise<ReloadReport>;
  /** Lets everybody go within `limits.drain`, then frees the port. A second call waits for the first. */
  close(): Promise<void>;
}

const UNRECORDED =
  'tracing is on, but nobody records: start node with --import and what sets up OpenTelemetry';

/** Milliseconds for what is kept to be written when all peers have gone. */
const FLUSH_TIMEOUT = 30_000;

/** Loads settings, routes and handlers, and starts. Throws `ConfigurationError` with every finding at once. */
export async function createServer(options: ServerOptions = {}): Promise<RunningServer> {
  const load = async () => {
    const application = await loadApplication(options);
    return { plan: application.plan(), findings: application.findings };
  };
  return startServer((await load()).plan, load);
}

/** Starts what was planned; `load` is how it is read again. */
export async function startServer(plan: Plan, load?: LoadPlan): Promise<RunningServer> {
  const tracer = await loadTracer(plan.settings.tracing);
  const container = createContainer(plan, tracer);
  if (tracer?.isRecorded === false)
    container.get(TOKENS.logger).warn({ event: 'tracing_not_recorded' }, UNRECORDED);
  // Handlers may inject the publisher, and with it a router: they are built when all of them exist.
  const reloading = new Reloading(container, plan, load);
  container
    .bind(PARTS.reload)
    .toConstantValue(({ dry = false, draft } = {}) => (dry ? reloading.foresee(draft) : reloading.reload()));
  await container.get(PARTS.oro).open();
  await openStore(container, plan);
  const urls = await openOrClose(container, plan);
  const [url = ''] = urls;
  container.get(PARTS.overload).start();
  container.get(PARTS.inspector)?.start();
  container.get(PARTS.readiness).ready = true;
  container.get(TOKENS.events).announce('server_launched', { urls });
  const routes = plan.routes.length;
  container.get(TOKENS.logger).info({ event: 'server_started', version: VERSION, urls, routes }, 'started');
  let closing: Promise<void> | undefined;
  const publisher = container.get(TOKENS.publisher);
  return {
    url,
    urls,
    publish: (target, payload, audience) => publisher.publish(target, payload, audience),
    reload: () => reloading.reload(),
    close() {
      closing ??= close(container, plan, reloading);
      return closing;
    },
  };
}

/** Starts the realms and listens; returns all addresses. A store that stays open would keep a process that could not start. */
async function openOrClose(container: Container, plan: Plan): Promise<readonly string[]> {
  try {
    await container.get(PARTS.backbone).start();
    await container.get(PARTS.realms).start();
    await container.get(TOKENS.cluster).start(container.get(PARTS.node));
    return [await listen(container, plan), ...(await listenElsewhere(container, plan))];
  } catch (error) {
    await leave(container).catch(() => undefined);
    await container.get(PARTS.store)?.close();
    throw error;
  }
}

/** The others do not wait for this node to die, and nothing of it is carried any more. */
async function leave(container: Container): Promise<void> {
  await container.get(TOKENS.cluster).close();
  await container.get(PARTS.realms).stop();
  container.get(PARTS.backbone).close();
}

async function listen(container: Container, { settings }: Plan): Promise<string> {
  const { host, port, tls } = settings.listen;
  const secure = tls !== undefined;
  const http = container.get(PARTS.http);
  container.get(PARTS.webSocket).attach(http.server);
  watch(container);
  const taken = await http.listen(host, port);
  container.get(PARTS.origins).listening({ host, port: taken, secure });
  return addressOf(secure ? 'https' : 'http', host, taken);
}

/** Ports of single protocols. Frees those that were taken where one of them cannot be had. */
async function listenElsewhere(container: Container, { settings }: Plan): Promise<readonly string[]> {
  const { host } = settings.listen;
  const addresses: string[] = [];
  try {
    for (const { scheme, port, listen } of ownPorts(container, settings)) {
      if (port !== undefined) addresses.push(addressOf(scheme, host, await listen(host, port)));
    }
    return addresses;
  } catch (error) {
    await closePorts(container, 0);
    throw error;
  }
}

function addressOf(scheme: string, host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function watch(container: Container): void {
  const realms = container.get(PARTS.realms);
  const replays = container.get(PARTS.replays);
  const store = container.get(PARTS.store);
  const overload = container.get(PARTS.overload);
  const metrics = container.get(PARTS.metrics);
  const { routing } = realms.main;
  const routeNames = () => routing.table.routes.map(({ name }) => name);
  const readiness = container.get(PARTS.readiness);
  const broker = container.get(TOKENS.broker);
  metrics.watchRoutes(() => new Set(routeNames()));
  metrics.watch(() => ({
    ...realms.figures,
    ...routeSamples(realms, routeNames()),
    build: [{ labels: { version: VERSION }, value: 1 }],
    ready: Number(readinessOf({ ...readiness, load: overload.level }, broker).ready),
    load: overload.level,
    routes: routing.table.routes.length,
    sessions: realms.sessionsByProtocol,
    connections: byTransport(container, ({ size }) => size),
    sentBytes: byTransport(container, ({ sentBytes }) => sentBytes),
    brokerUp: broker.health?.ready === false ? 0 : 1,
    tickets: replays.size ?? 0,
    storeCommits: store?.stats.commits ?? 0,
    storePending: store?.pending ?? 0,
  }));
}

/** Peers are told to come back, spread out over the time → the ports are free. */
async function closePorts(container: Container, time: number): Promise<void> {
  container.get(PARTS.polls).drain();
  container.get(PARTS.operatorStreams).close();
  const closed = [container.get(PARTS.http).close(time), container.get(PARTS.policy).close()];
  await Promise.all(peerTransports(container).map((transport) => transport.drain(time)));
  await Promise.all(closed);
}

/**
 * Not ready → balancers have seen it → no new peers → the ports are free → the cluster is left → what is kept is with the disk
 * or the other nodes.
 */
async function close(container: Container, { settings }: Plan, reloading: Reloading): Promise<void> {
  const { drain, drainDelay } = settings.limits;
  const logger = container.get(TOKENS.logger);
  const connections = peerTransports(container).reduce((sum, { size }) => sum + size, 0);
  logger.info({ event: 'drain_began', connections }, 'drain began');
  container.get(PARTS.readiness).ready = false;
  if (drainDelay > 0) await sleep(drainDelay);
  container.get(TOKENS.gateway).drain();
  await closePorts(container, drain);
  container.get(PARTS.overload).stop();
  container.get(PARTS.inspector)?.stop();
  reloading.stop();
  await within(
    FLUSH_TIMEOUT,
    flush(container),
    () => new Error('not all that is kept could be written in time'),
  );
  logger.info({ event: 'server_stopped' }, 'stopped');
}

async function flush(container: Container): Promise<void> {
  await leave(container);
  await container.get(PARTS.store)?.close();
  await container.get(PARTS.oro).close();
}

/** A file that nobody chose may be another server's of this folder: then what needs it is refused, and all else runs. */
async function openStore(container: Container, { settings }: Plan): Promise<void> {
  const store = container.get(PARTS.store);
  try {
    await store?.open();
  } catch (error) {
    await store?.giveUp();
    if (settings.store.isChosen) throw error;
    const { message } = error as Error;
    container
      .get(TOKENS.logger)
      .error({ event: 'store_in_use', reason: message }, 'routes with a log or a durable queue are refused');
  }
}
