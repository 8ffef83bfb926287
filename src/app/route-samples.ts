import type { RouteFigures } from '../core/inspection.js';
import type { LiveFigures, Sample } from './live-figures.js';
import type { Realms } from './realms.js';

type Samples = Pick<
  LiveFigures,
  'routePublications' | 'routeDeliveries' | 'routeRefusals' | 'routeChannels' | 'routeSubscribers'
>;

/** What is counted of each of the routes in all realms together; of routes on which something has happened. */
export function routeSamples({ all }: Realms, names: Iterable<string>): Samples {
  const realms = [...all.values()].map(({ router }) => router.inspection.routeFigures);
  const known = [...names]
    .map((name) => ({ name, found: realms.flatMap((figures) => figures.get(name) ?? []) }))
    .filter(({ found }) => found.length > 0);
  const samples = (figure: keyof RouteFigures): readonly Sample[] =>
    known.map(({ name, found }) => ({
      labels: { route: name },
      value: found.reduce((sum, one) => sum + one[figure], 0),
    }));
  return {
    routePublications: samples('publications'),
    routeDeliveries: samples('deliveries'),
    routeRefusals: samples('refusals'),
    routeChannels: samples('channels'),
    routeSubscribers: samples('subscribers'),
  };
}
