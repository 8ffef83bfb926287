import { Container } from 'inversify';
import { buildService } from './build-service.js';
import type { Plan } from './container.js';
import { TOKENS } from './tokens.js';

/**
 * What handlers inject after a change: the services of classes that are other ones now are made anew, all else is what there is
 * in `root`, and in `former`, where the classes of an earlier change are.
 */
export function rebindServices(
  root: Container,
  former: Container,
  [before, after]: readonly [Plan, Plan],
): Container {
  const container = new Container({ parent: root, defaultScope: 'Singleton' });
  for (const [token, offer] of after.offers.services) {
    const isSame = before.offers.services.get(token)?.class === offer.class;
    if (isSame && (former === root || !former.isCurrentBound(token))) continue;
    if (isSame) {
      container.bind(token).toConstantValue(former.get(token));
      continue;
    }
    const inject = [...(offer.class.inject ?? [])];
    const build = (...injected: unknown[]) => buildService(offer, injected);
    container.bind(token).toResolvedValue(build, inject);
  }
  return container;
}

/** Services that only the start builds parts of the server with. */
const AT_START = { accounts: TOKENS.accounts, logins: TOKENS.logins };

/** Which of those are other ones in a plan, as an operator is told. Where a class says the same it is the same. */
export function changedServices(started: Plan, { offers }: Plan): readonly string[] {
  return Object.entries(AT_START).flatMap(([name, token]) => {
    const [before, after] = [started.offers, offers].map(
      ({ services }) => services.get(token as symbol)?.class,
    );
    return String(before) === String(after) ? [] : [`service ${name}`];
  });
}
