import type { Cluster } from '../../../core/cluster.js';
import { jsonReply } from '../../../core/http.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { timeView } from './views.js';

/** `GET /admin/api/nodes`: the nodes that live, and as `drift` whether they differ in their routes. */
export function nodesEndpoint(
  gate: AdminGate,
  cluster: Pick<Cluster, 'id' | 'nodes' | 'silences'>,
): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'nodes' }, async () => {
    const nodes = await cluster.nodes();
    return jsonReply(200, {
      this: cluster.id,
      drift: new Set(nodes.map(({ routes }) => routes)).size > 1,
      nodes: nodes.map(({ routes: table, started, ...node }) => ({
        ...node,
        table,
        startedAt: timeView(started),
        heartbeat: cluster.silences?.get(node.id) ?? 0,
      })),
    });
  });
}
