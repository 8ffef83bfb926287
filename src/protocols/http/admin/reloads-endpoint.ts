import type { Cluster } from '../../../core/cluster.js';
import { jsonReply } from '../../../core/http.js';
import type { NodeInspection, SeenReload } from '../../../core/inspection.js';
import { JsonBody } from '../json-body.js';
import type { ActionLog } from './action-log.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { timeView } from './views.js';

export interface ReloadParts {
  readonly reload: { plan(): Promise<SeenReload>; reload(): Promise<SeenReload> };
  readonly cluster: Pick<Cluster, 'command'>;
  readonly log: ActionLog;
}

/** `GET /admin/api/reloads`: the last 20 reloads of this node, the newest first, with what was wrong in those that it refused. */
export function reloadsEndpoint(gate: AdminGate, inspection: NodeInspection): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'reloads' }, () =>
    jsonReply(200, { reloads: inspection.reloads().map(reloadView) }),
  );
}

/** `POST /admin/api/plan`: what a reload would do now, for which files are read and handlers built. */
export function planEndpoint(gate: AdminGate, { reload, log }: ReloadParts): AdminEndpoint {
  const address = { method: 'POST', name: 'plan', changes: true, holds: true } as const;
  return new AdminEndpoint(gate, address, async (request) => {
    new JsonBody(request, []);
    log.write('plan', { remoteAddress: request.remoteAddress });
    return jsonReply(200, reloadView(await reload.plan()));
  });
}

/** `POST /admin/api/reload` `{all}`: as `POST /api/reload`; one that is refused is an answer, too. */
export function adminReloadEndpoint(gate: AdminGate, { reload, cluster, log }: ReloadParts): AdminEndpoint {
  const address = { method: 'POST', name: 'reload', changes: true, holds: true } as const;
  return new AdminEndpoint(gate, address, async (request) => {
    const all = new JsonBody(request, ['all']).flag('all', false);
    log.write('reload', { all, remoteAddress: request.remoteAddress });
    const done = await reload.reload();
    if (all && done.applied) await cluster.command({ type: 'reload' });
    return jsonReply(200, reloadView(done));
  });
}

function reloadView({ time, ...reload }: SeenReload): unknown {
  return { time: timeView(time), ...reload };
}
