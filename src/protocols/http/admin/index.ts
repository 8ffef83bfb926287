import type { Cluster } from '../../../core/cluster.js';
import type { HttpEndpoint } from '../../../core/http.js';
import type { NodeInspection } from '../../../core/inspection.js';
import type { Logger } from '../../../core/logger.js';
import type { Redaction } from '../../../core/redaction.js';
import type { Router } from '../../../core/router.js';
import { ActionLog } from './action-log.js';
import type { AdminGate } from './admin-endpoint.js';
import { channelsEndpoint } from './channels-endpoint.js';
import { consoleEndpoint } from './console-endpoint.js';
import { adminDisconnectEndpoint } from './disconnect-endpoint.js';
import { explainEndpoint } from './explain-endpoint.js';
import { nodesEndpoint } from './nodes-endpoint.js';
import { OperatorStreams } from './operator-streams.js';
import { overviewEndpoint } from './overview-endpoint.js';
import { adminPublishEndpoint } from './publish-endpoint.js';
import type { PayloadLimits } from './read-payload.js';
import { historyEndpoint, presenceEndpoint } from './reading-endpoints.js';
import { replayEndpoint } from './replay-endpoint.js';
import { routesEndpoint } from './routes-endpoint.js';
import { sessionsEndpoint } from './sessions-endpoint.js';
import { streamEndpoint } from './stream-endpoint.js';
import { refusalsEndpoint, slowEndpoint } from './trouble-endpoints.js';

export { OperatorStreams };

export interface AdminParts extends AdminGate {
  readonly inspection: NodeInspection;
  readonly redaction: Redaction;
  readonly cluster: Pick<Cluster, 'id' | 'nodes' | 'silences' | 'command'>;
  readonly streams: OperatorStreams;
  readonly logger: Logger;
  /** Of the main realm without a name. Throws `bad_request` for one that is not there. */
  router(realm: string | undefined): Router;
  readonly limits: PayloadLimits;
}

/** All that operators may ask for below `/admin/api`. */
export function adminEndpoints(parts: AdminParts): readonly HttpEndpoint[] {
  const { inspection, cluster } = parts;
  const acting = { ...parts, log: new ActionLog(parts.logger) };
  return [
    overviewEndpoint(parts, inspection),
    sessionsEndpoint(parts, parts),
    channelsEndpoint(parts, inspection),
    routesEndpoint(parts, inspection),
    refusalsEndpoint(parts, inspection),
    slowEndpoint(parts, inspection),
    nodesEndpoint(parts, cluster),
    historyEndpoint(parts, parts),
    presenceEndpoint(parts, inspection),
    streamEndpoint(parts, parts),
    explainEndpoint(parts, parts),
    adminPublishEndpoint(parts, acting),
    consoleEndpoint(parts, acting),
    replayEndpoint(parts, parts),
    adminDisconnectEndpoint(parts, acting),
  ];
}
