import type { InspectedRoute, RouteFigures } from '../../core/inspection.js';
import type { Route } from '../../core/route.js';
import { demandsOf } from '../demands.js';
import type { Realms } from '../realms.js';

const NOTHING: RouteFigures = { publications: 0, deliveries: 0, refusals: 0, channels: 0, subscribers: 0 };

/** The routes in the order in which they are tried, with what is counted of them in all realms. */
export function listRoutes(routes: readonly Route[], realms: Realms): readonly InspectedRoute[] {
  return routes.map((route) => ({
    route,
    demands: demandsOf(realms.main.handlers.get(route.handler ?? '')),
    figures: sum(route.name, realms),
  }));
}

function sum(name: string, realms: Realms): RouteFigures {
  const found: RouteFigures[] = [];
  for (const { router } of realms.all.values())
    found.push(router.inspection.routeFigures.get(name) ?? NOTHING);
  return found.reduce((all, one) => ({
    publications: all.publications + one.publications,
    deliveries: all.deliveries + one.deliveries,
    refusals: all.refusals + one.refusals,
    channels: all.channels + one.channels,
    subscribers: all.subscribers + one.subscribers,
  }));
}
