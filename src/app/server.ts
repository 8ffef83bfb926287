import type { Container } from 'inversify';
import { every } from '../core/interval.js';
import { type ApplicationOptions, loadApplication } from './application.js';
import { buildHandlers, buildPeriodic } from './build-handlers.js';
import { createContainer, type Plan } from './container.js';
import type { Publisher } from './publisher.js';
import { PARTS, TOKENS } from './tokens.js';

export type ServerOptions = ApplicationOptions;

/** A server that takes connections. */
export interface RunningServer extends Publisher {
  /** Such as `http://127.0.0.1:8080`, with the port that was really taken. */
  readonly url: string;
  /** Lets everybody go within `limits.drain`, then frees the port. A second call waits for the first. */
  close(): Promise<void>;
}

/** Loads settings, routes and handlers, and starts. Throws `ConfigurationError` with every finding at once. */
export async function createServer(options: ServerOptions = {}): Promise<RunningServer> {
  const plan = (await loadApplication(options)).plan();
  return startServer(plan);
}

/** Starts what was planned. */
export async function startServer(plan: Plan): Promise<RunningServer> {
  const container = createContainer(plan);
  const handlers = container.get(PARTS.handlers);
  for (const [name, handler] of buildHandlers(container, plan)) handlers.set(name, handler);
  const stopTasks = startPeriodicTasks(container, plan);
  await container.get(PARTS.oro).open();
  await container.get(PARTS.router).start();
  const url = await listen(container, plan);
  container.get(TOKENS.events).announce('server_launched', { urls: [url] });
  let closing: Promise<void> | undefined;
  const publisher = container.get(TOKENS.publisher);
  return {
    url,
    publish: (target, payload, audience) => publisher.publish(target, payload, audience),
    close() {
      closing ??= close(container, plan, stopTasks);
      return closing;
    },
  };
}

function startPeriodicTasks(container: Container, { offers }: Plan): readonly (() => void)[] {
  const logger = container.get(TOKENS.logger);
  const failed = (error: unknown) => logger.error({ error }, 'periodic task failed');
  return buildPeriodic(container, offers).map((task) => every(task.interval, () => task.tick(), failed));
}

async function listen(container: Container, { settings }: Plan): Promise<string> {
  const { host, port, tls } = settings.listen;
  const secure = tls !== undefined;
  const http = container.get(PARTS.http);
  container.get(PARTS.webSocket).attach(http.server);
  watch(container);
  const taken = await http.listen(host, port);
  container.get(PARTS.origins).listening({ host, port: taken, secure });
  container.get(PARTS.readiness).ready = true;
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}

function watch(container: Container): void {
  const router = container.get(PARTS.router);
  const procedures = container.get(PARTS.procedures);
  const webSocket = container.get(PARTS.webSocket);
  const replays = container.get(PARTS.replays);
  container.get(PARTS.metrics).watch(() => ({
    ...router.stats,
    ...procedures.stats,
    pendingCalls: procedures.pending,
    registrations: procedures.registrations.size,
    connections: webSocket.size,
    sessions: router.sessions.size,
    topics: router.topics.size,
    tickets: replays.size,
  }));
}

/** Not ready → no new peers → peers told to come back, spread out → the port is free → the broker ends. */
async function close(
  container: Container,
  { settings }: Plan,
  stopTasks: readonly (() => void)[],
): Promise<void> {
  container.get(PARTS.readiness).ready = false;
  container.get(TOKENS.gateway).drain();
  const closed = container.get(PARTS.http).close(settings.limits.drain);
  await container.get(PARTS.webSocket).drain(settings.limits.drain);
  await closed;
  for (const stop of stopTasks) stop();
  container.get(PARTS.router).stop();
  await container.get(PARTS.oro).close();
  await container.get(TOKENS.broker).close();
}
