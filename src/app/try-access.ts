import { AccessTrial } from './access-trial.js';
import { buildHandlers } from './build-handlers.js';
import { createContainer, type Plan } from './container.js';
import { PARTS } from './tokens.js';

/** A trial of an application that no server runs: its handlers are built for it. */
export function tryAccess(plan: Plan): AccessTrial {
  const container = createContainer(plan);
  const { main } = container.get(PARTS.realms);
  return new AccessTrial(plan, new Map([...main.own, ...buildHandlers(container, plan)]));
}
