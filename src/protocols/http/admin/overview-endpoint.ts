import { jsonReply } from '../../../core/http.js';
import type { NodeInspection } from '../../../core/inspection.js';
import type { NodeOverview } from '../../../core/node-overview.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { timeView } from './views.js';

/** `GET /admin/api/overview`: how this node is, and its figures of the last five minutes. */
export function overviewEndpoint(gate: AdminGate, inspection: NodeInspection): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'overview' }, () =>
    jsonReply(200, { ...overviewView(inspection.overview(), gate.mode), series: inspection.series() }),
  );
}

export function overviewView({ node, table, load, ...rest }: NodeOverview, mode: AdminGate['mode']) {
  const { started, ...facts } = node;
  const { loaded, ...routes } = table;
  return {
    node: { ...facts, startedAt: timeView(started) },
    mode,
    table: { ...routes, loadedAt: timeView(loaded) },
    load: { ...load, loopDelay: rounded(load.loopDelay, 10), cpu: rounded(load.cpu, 1000) },
    ...rest,
  };
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
