import type { Cluster } from '../../../core/cluster.js';
import { endSessions } from '../disconnect-endpoint.js';
import { JsonBody } from '../json-body.js';
import type { ActionLog } from './action-log.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';

export interface DisconnectParts {
  readonly log: ActionLog;
  readonly cluster: Pick<Cluster, 'command'>;
}

/**
 * `POST /admin/api/disconnect` `{session | user, reason, reconnect, revoke}`: ends sessions on all nodes. As with
 * `POST /api/disconnect`, but credentials are refused from then on only with `revoke`.
 */
export function adminDisconnectEndpoint(gate: AdminGate, { log, cluster }: DisconnectParts): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'POST', name: 'disconnect', changes: true }, (request) => {
    const body = new JsonBody(request, ['user', 'session', 'reconnect', 'revoke', 'reason']);
    const [user, session] = [body.name('user'), body.name('session')];
    log.write('disconnect', { user, session, remoteAddress: request.remoteAddress });
    return endSessions(body, cluster, { revokes: false });
  });
}
