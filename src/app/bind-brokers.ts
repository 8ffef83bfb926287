import type { Container } from 'inversify';
import { MemoryReplayCache } from '../authenticators/index.js';
import { MemoryBroker, MemoryCluster, MemoryPresence, MemoryQueues } from '../brokers/index.js';
import type { Settings } from '../config/index.js';
import type { Route } from '../core/route.js';
import { EmbeddedStore } from '../stores/index.js';
import { ServerNode } from './server-node.js';
import { SessionsEverywhere } from './sessions-everywhere.js';
import { PARTS, TOKENS } from './tokens.js';
import { peerTransports } from './transports.js';

interface Conditions {
  readonly settings: Settings;
  readonly routes: readonly Route[];
}

/** Says what is shared with other nodes, and by what. */
export function bindBrokers(container: Container, conditions: Conditions): void {
  bindStore(container, conditions);
  bindMemory(container, conditions);
  bindNode(container, conditions);
}

export function needsLog(routes: readonly Route[]): boolean {
  return routes.some(({ log }) => log !== undefined);
}

function needsStore(routes: readonly Route[]): boolean {
  const isDurable = ({ queue, history }: Route) => queue?.durable === true || history?.durable === true;
  return needsLog(routes) || routes.some(isDurable);
}

function bindStore(container: Container, { settings, routes }: Conditions): void {
  container
    .bind(PARTS.store)
    .toResolvedValue(
      (logger, meter) =>
        needsStore(routes)
          ? new EmbeddedStore({ path: settings.store.path, limits: settings.limits, logger, meter })
          : undefined,
      [TOKENS.logger, TOKENS.meter],
    );
}

/** Everything is in this process. */
function bindMemory(container: Container, { settings: { limits } }: Conditions): void {
  const replays = new MemoryReplayCache({ size: limits.tickets });
  container.bind(PARTS.replays).toConstantValue(replays);
  container
    .bind(TOKENS.broker)
    .toResolvedValue(
      (meter, store) => new MemoryBroker({ limits, meter, store }),
      [TOKENS.meter, PARTS.store],
    );
  container.bind(TOKENS.cluster).toConstantValue(new MemoryCluster());
  container.bind(PARTS.presence).toResolvedValue(() => new MemoryPresence());
  container
    .bind(PARTS.queues)
    .toResolvedValue(
      (store, logger, meter) => new MemoryQueues({ store, limits, logger, meter }),
      [PARTS.store, TOKENS.logger, TOKENS.meter],
    );
}

function bindNode(container: Container, { routes }: Conditions): void {
  container.bind(PARTS.node).toResolvedValue(
    (realms, revocations) =>
      new ServerNode({
        sessions: realms,
        endAll: (why) => realms.disconnectAll(why),
        revocations,
        routes,
        figures() {
          const { sessions, topics: channels, subscriptions } = realms.figures;
          const connections = peerTransports(container).reduce((sum, { size }) => sum + size, 0);
          return { connections, sessions, channels, subscriptions };
        },
      }),
    [PARTS.realms, PARTS.revocations],
  );
  container
    .bind(TOKENS.sessions)
    .toResolvedValue(
      (sessions, cluster, node, logger) => new SessionsEverywhere({ sessions, cluster, node, logger }),
      [PARTS.realms, TOKENS.cluster, PARTS.node, TOKENS.logger],
    );
}
