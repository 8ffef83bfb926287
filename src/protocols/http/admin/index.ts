import type { Cluster } from '../../../core/cluster.js';
import type { HttpEndpoint } from '../../../core/http.js';
import type { NodeInspection } from '../../../core/inspection.js';
import type { Redaction } from '../../../core/redaction.js';
import type { AdminGate } from './admin-endpoint.js';
import { channelsEndpoint } from './channels-endpoint.js';
import { nodesEndpoint } from './nodes-endpoint.js';
import { overviewEndpoint } from './overview-endpoint.js';
import { routesEndpoint } from './routes-endpoint.js';
import { sessionsEndpoint } from './sessions-endpoint.js';
import { refusalsEndpoint, slowEndpoint } from './trouble-endpoints.js';

export interface AdminParts extends AdminGate {
  readonly inspection: NodeInspection;
  readonly redaction: Redaction;
  readonly cluster: Pick<Cluster, 'id' | 'nodes' | 'command'>;
}

/** All that operators may ask for below `/admin/api`. */
export function adminEndpoints(parts: AdminParts): readonly HttpEndpoint[] {
  const { inspection, cluster } = parts;
  return [
    overviewEndpoint(parts, inspection),
    sessionsEndpoint(parts, parts),
    channelsEndpoint(parts, inspection),
    routesEndpoint(parts, inspection),
    refusalsEndpoint(parts, inspection),
    slowEndpoint(parts, inspection),
    nodesEndpoint(parts, cluster),
  ];
}
