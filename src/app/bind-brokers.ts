import type { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import type { Route } from '../core/route.js';
import { EmbeddedStore } from '../stores/index.js';
import type { Backbone } from './backbone.js';
import { MemoryBackbone } from './memory-backbone.js';
import { RedisBackbone } from './redis-backbone.js';
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
  bindBackbone(container, conditions);
  bindNode(container, conditions);
}

export function needsLog(routes: readonly Route[]): boolean {
  return routes.some(({ log }) => log !== undefined);
}

/** Redis sees itself to what is to last. */
export function needsStore({ settings, routes }: Conditions): boolean {
  const isDurable = ({ queue, history }: Route) => queue?.durable === true || history?.durable === true;
  return needsLog(routes) || (settings.broker === 'memory' && routes.some(isDurable));
}

function bindStore(container: Container, conditions: Conditions): void {
  const { settings } = conditions;
  container
    .bind(PARTS.store)
    .toResolvedValue(
      (logger, meter) =>
        needsStore(conditions)
          ? new EmbeddedStore({ path: settings.store.path, limits: settings.limits, logger, meter })
          : undefined,
      [TOKENS.logger, TOKENS.meter],
    );
}

/** Everything is in this process, or shared by all that are on one Redis. */
function bindBackbone(container: Container, { settings }: Conditions): void {
  container
    .bind<Backbone>(PARTS.backbone)
    .toResolvedValue(
      (store, logger, meter) =>
        settings.broker === 'memory'
          ? new MemoryBackbone({ settings, store, logger, meter })
          : new RedisBackbone({ settings, logger, meter }),
      [PARTS.store, TOKENS.logger, TOKENS.meter],
    );
  container.bind(PARTS.replays).toResolvedValue(({ replays }) => replays, [PARTS.backbone]);
  container.bind(TOKENS.cluster).toResolvedValue(({ cluster }) => cluster, [PARTS.backbone]);
  container.bind(TOKENS.broker).toResolvedValue(({ main }) => main.broker, [PARTS.backbone]);
}

function bindNode(container: Container, { routes }: Conditions): void {
  container.bind(PARTS.node).toResolvedValue(
    (realms, revocations) =>
      new ServerNode({
        sessions: realms,
        endAll: (why) => realms.disconnectAll(why),
        revocations,
        routes,
        topics: () => realms.main.router.topics.values(),
        reload: () => container.get(PARTS.reload)(),
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
