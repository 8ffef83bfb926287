import { buildHandlers, buildPeriodic } from './build-handlers.js';
import { createContainer, type Plan } from './container.js';

/** Builds the handlers that the server would at its start. Throws `DiscoveryError`. */
export function tryHandlers(plan: Plan): void {
  const container = createContainer(plan);
  buildHandlers(container, plan);
  buildPeriodic(container, plan.offers);
}
