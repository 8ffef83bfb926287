import type { InspectedRoute } from '../../core/inspection.js';
import type { Route } from '../../core/route.js';
import { demandsOf } from '../demands.js';
import type { Realms } from '../realms.js';

/** The routes in the order in which they are tried, with what is counted of them in all realms. */
export function listRoutes(routes: readonly Route[], realms: Realms): readonly InspectedRoute[] {
  return routes.map((route) => ({
    route,
    demands: demandsOf(realms.main.routing.handlers.get(route.handler ?? '')),
    figures: realms.figuresOf(route.name),
  }));
}
