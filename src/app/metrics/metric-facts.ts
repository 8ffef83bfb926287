import type { LiveFigures } from '../live-figures.js';

/** What an operator has to know of one metric. */
export interface MetricFacts {
  readonly group: (typeof METRIC_GROUPS)[number];
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Each from a closed set: routes, protocols, transports, codes, settings; never a channel, a user or an address. */
  readonly labels?: readonly string[];
  /** What its labels say, where all of that is known: each combination is there from the start, so that an alert sees the first one. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** Where it is read from when somebody asks; without it, it is counted or timed as things happen. */
  readonly figure?: keyof LiveFigures;
  readonly help: string;
  /** How to read it, or what to do. */
  readonly read: string;
}

/** In the order in which the documentation shows them. */
export const METRIC_GROUPS = [
  'Node',
  'Connections and sessions',
  'Channels and publications',
  'Routes',
  'Refusals and limits',
  'Histories, presence and queues',
  'Procedures',
  'Identity',
  'Redis and the store',
] as const;

export const node = { group: 'Node' } as const;
export const peers = { group: 'Connections and sessions' } as const;
export const traffic = { group: 'Channels and publications' } as const;
export const routes = { group: 'Routes' } as const;
export const refusals = { group: 'Refusals and limits' } as const;
export const kept = { group: 'Histories, presence and queues' } as const;
export const calls = { group: 'Procedures' } as const;
export const identity = { group: 'Identity' } as const;
export const stores = { group: 'Redis and the store' } as const;
export const gauge = { type: 'gauge' } as const;
export const counter = { type: 'counter' } as const;
export const histogram = { type: 'histogram' } as const;
