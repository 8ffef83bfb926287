import type { Container } from 'inversify';
import { KeyAuthenticator } from '../../authenticators/index.js';
import { Redaction } from '../../core/redaction.js';
import { adminEndpoints, OperatorStreams } from '../../protocols/http/index.js';
import type { Plan } from '../plan.js';
import { PARTS, TOKENS } from '../tokens.js';
import { peerTransports } from '../transports.js';
import { NodeInspector, realmNamed } from './node-inspector.js';
import { OperatorMemory } from './operator-memory.js';
import { OperatorTotals } from './operator-totals.js';
import { SpokenProtocols } from './spoken-protocols.js';
import { Vitals } from './vitals.js';

/** Binds what operators see and do. Without a key nothing of it is there, and nothing is remembered for it. */
export function bindAdmin(container: Container, plan: Plan): void {
  const { admin } = plan.settings;
  container.bind(PARTS.totals).toResolvedValue((metrics) => new OperatorTotals(metrics), [PARTS.metrics]);
  container
    .bind(PARTS.operatorStreams)
    .toResolvedValue((meter) => new OperatorStreams({ most: admin.streams, meter }), [PARTS.metrics]);
  if (admin.key === undefined) {
    container.bind(TOKENS.meter).toResolvedValue((metrics) => metrics, [PARTS.metrics]);
    container.bind(PARTS.operatorMemory).toConstantValue(undefined);
    container.bind(PARTS.inspector).toConstantValue(undefined);
    container.bind(PARTS.admin).toConstantValue([]);
    return;
  }
  container.bind(TOKENS.meter).toResolvedValue((totals) => totals, [PARTS.totals]);
  container
    .bind(PARTS.operatorMemory)
    .toResolvedValue((events) => new OperatorMemory(events), [TOKENS.events]);
  bindInspector(container);
  bindEndpoints(container, plan, admin.key);
}

function bindInspector(container: Container): void {
  const plan = () => container.get(PARTS.served).plan;
  container.bind(PARTS.inspector).toResolvedValue(
    (memory, realms, events, totals, overload, broker, cluster) => {
      let urls: readonly string[] = [];
      events.on('server_launched', (launched) => {
        urls = launched.urls;
      });
      const vitals = new Vitals({
        plan,
        realms,
        totals,
        overload,
        broker,
        protocols: new SpokenProtocols(events),
        id: cluster.id,
        urls: () => urls,
        connections: () => peerTransports(container).reduce((sum, { size }) => sum + size, 0),
      });
      return memory && new NodeInspector({ plan, realms, vitals, memory });
    },
    [
      PARTS.operatorMemory,
      PARTS.realms,
      TOKENS.events,
      PARTS.totals,
      PARTS.overload,
      TOKENS.broker,
      TOKENS.cluster,
    ],
  );
}

function bindEndpoints(container: Container, { settings: { admin, limits } }: Plan, key: string): void {
  container
    .bind(PARTS.operators)
    .toResolvedValue(
      (guard) => guard.authenticator(new KeyAuthenticator(new Map([['admin', key]]))),
      [PARTS.guard],
    );
  container.bind(PARTS.admin).toResolvedValue(
    (inspection, realms, cluster, authenticator, streams, logger) =>
      inspection === undefined
        ? []
        : adminEndpoints({
            inspection,
            router: (realm) => realmNamed(realms, realm).router,
            cluster,
            authenticator,
            streams,
            logger,
            limits,
            mode: admin.mode,
            redaction: new Redaction(admin),
          }),
    [PARTS.inspector, PARTS.realms, TOKENS.cluster, PARTS.operators, PARTS.operatorStreams, TOKENS.logger],
  );
}
