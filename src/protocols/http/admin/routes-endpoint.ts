import { jsonReply } from '../../../core/http.js';
import type { InspectedRoute, NodeInspection } from '../../../core/inspection.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { traitsOf } from './traits.js';

/** `GET /admin/api/routes`: the routes in the order in which they are tried, and what has happened on each on this node. */
export function routesEndpoint(gate: AdminGate, inspection: NodeInspection): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'routes' }, () =>
    jsonReply(200, { routes: inspection.routes().map(routeView) }),
  );
}

function routeView({ route, demands, figures }: InspectedRoute): unknown {
  const { name, pattern, handler, source, access } = route;
  return {
    name,
    pattern,
    handler,
    file: source?.file,
    line: source?.line,
    access,
    demands,
    traits: traitsOf(route),
    ...figures,
  };
}
