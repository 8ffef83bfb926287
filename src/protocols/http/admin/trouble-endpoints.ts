import { jsonReply } from '../../../core/http.js';
import type { NodeInspection, SeenRefusal, SlowPeer } from '../../../core/inspection.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { principalView, timeView } from './views.js';

/** `GET /admin/api/refusals`: the last 200 of this node, the newest first. */
export function refusalsEndpoint(gate: AdminGate, inspection: NodeInspection): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'refusals' }, () =>
    jsonReply(200, { refusals: inspection.refusals().map(refusalView) }),
  );
}

/** `GET /admin/api/slow`: who is congested now, then the last 100 that were disconnected for it or conflated. */
export function slowEndpoint(gate: AdminGate, inspection: NodeInspection): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'slow' }, () =>
    jsonReply(200, { slow: inspection.slow().map(slowView) }),
  );
}

export function refusalView({ time, principal, ...refusal }: SeenRefusal): unknown {
  return { time: timeView(time), ...refusal, principal: principal && principalView(principal) };
}

function slowView({ time, session, ...slow }: SlowPeer): unknown {
  return { time: timeView(time), session: session.id, ...slow, principal: principalView(session.principal) };
}
