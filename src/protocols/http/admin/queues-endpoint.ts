import { jsonReply } from '../../../core/http.js';
import type { InspectedQueue, NodeInspection } from '../../../core/inspection.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';

/** `GET /admin/api/queues`: at most 200 queues, those with the most messages first. */
export function queuesEndpoint(gate: AdminGate, inspection: NodeInspection): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'queues' }, async () =>
    jsonReply(200, { queues: (await inspection.queues()).map(queueView) }),
  );
}

function queueView({ route, ...queue }: InspectedQueue): unknown {
  const { size, deadLetter, durable } = route?.queue ?? {};
  return { ...queue, route: route?.name, size: sizeOf(size), deadLetter, durable };
}

/** Infinity is not there in JSON. */
function sizeOf(size: number | undefined): number | undefined {
  return size !== undefined && Number.isFinite(size) ? size : undefined;
}
