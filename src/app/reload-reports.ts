import type { Finding } from '../config/index.js';
import type { ReloadReport } from '../core/reload.js';
import type { Foreseen, Rerouted } from '../router/index.js';

/** A report of what was replaced, or would be, without what became of it. */
export type ReloadChanges = Pick<
  ReloadReport,
  'applied' | 'routes' | 'handlers' | 'demands' | 'settings' | 'restart'
>;

/** Channels that are named of those that a change is about. */
const MOST_EXAMPLES = 20;

/** What became of all realms together. */
export function summed(rerouted: readonly Rerouted[]): Pick<ReloadReport, 'channels' | 'subscriptions'> {
  const sum = (key: keyof Rerouted) => rerouted.reduce((total, one) => total + one[key], 0);
  return {
    channels: { live: sum('channels'), moved: sum('moved'), withdrawn: sum('withdrawn') },
    subscriptions: { ended: sum('ended'), asked: sum('asked') },
  };
}

/** What would become of live channels, of which there are so many. */
export function foreseen(
  found: readonly Foreseen[],
  live: number,
): Pick<ReloadReport, 'channels' | 'subscriptions' | 'examples'> {
  const sum = (count: (one: Foreseen) => number) => found.reduce((total, one) => total + count(one), 0);
  return {
    channels: {
      live,
      moved: found.length,
      withdrawn: sum(({ after }) => (after === undefined ? 1 : 0)),
    },
    subscriptions: {
      ended: sum(({ ends }) => ends),
      asked: sum(({ asks, subscriptions, ends }) => (asks ? subscriptions - ends : 0)),
    },
    examples: found.toSorted((a, b) => b.ends - a.ends).slice(0, MOST_EXAMPLES),
  };
}

/** A report of what was not done. */
export function refused({ message }: Error, findings: readonly Finding[]): ReloadReport {
  return {
    applied: false,
    reason: findings.length > 0 ? 'the configuration has errors: the server goes on as before' : message,
    findings,
    routes: { added: [], removed: [], changed: [], reordered: false },
    handlers: [],
    demands: [],
    channels: { live: 0, moved: 0, withdrawn: 0 },
    subscriptions: { ended: 0, asked: 0 },
    settings: [],
    restart: [],
  };
}
