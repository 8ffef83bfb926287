import type { RouteTrial } from '../router/index.js';

const MOST_TRIALS = 12;

/** The routes that were tried, and why each did not match; of many, those whose pattern begins most like the channel. */
export function formatTrials(trials: readonly RouteTrial[], channel: string): string[] {
  const likeness = ({ route, matched }: RouteTrial) =>
    matched ? Infinity : sharedStart(route.pattern, channel);
  const nearest = new Set([...trials].sort((a, b) => likeness(b) - likeness(a)).slice(0, MOST_TRIALS));
  const lines = trials
    .filter((trial) => nearest.has(trial))
    .map(
      ({ route, matched, reason }) => `  ${route.name} (${route.pattern}): ${matched ? 'matches' : reason}`,
    );
  const left = trials.length - lines.length;
  return left === 0 ? lines : [...lines, `  and ${left} more that are less alike; --json has them all`];
}

function sharedStart(pattern: string, channel: string): number {
  let i = 0;
  while (i < pattern.length && pattern[i] === channel[i]) i++;
  return i;
}

/** A line for each parameter. */
export function formatParams(params: Readonly<Record<string, string>>): string[] {
  return Object.entries(params).map(([name, value]) => `  ${name} = ${value}`);
}
