import type { MetricFacts } from './metrics/metric-facts.js';
import { OUTCOME_METRICS } from './metrics/outcome-metrics.js';
import { SUPPORT_METRICS } from './metrics/support-metrics.js';
import { TRAFFIC_METRICS } from './metrics/traffic-metrics.js';

export type { MetricFacts } from './metrics/metric-facts.js';

/** Every metric of the server itself. docs/metrics.md is written from it; what is counted under another name has no place there. */
export const METRICS = { ...TRAFFIC_METRICS, ...OUTCOME_METRICS, ...SUPPORT_METRICS } as const;

export type MetricName = keyof typeof METRICS;

/** The facts of a metric of the server itself; undefined for one that a handler made up. */
export function factsOf(name: string): MetricFacts | undefined {
  return Object.hasOwn(METRICS, name) ? METRICS[name as MetricName] : undefined;
}
