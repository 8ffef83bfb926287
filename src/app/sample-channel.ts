import type { Route } from '../core/route.js';
import type { AccessTrial } from './access-trial.js';

/** What parameters mostly look like. */
const VALUES = [
  '5',
  '1',
  'a',
  'lobby',
  'abc',
  'en',
  'eur',
  'A',
  'a1',
  '2026-11-28',
  '0b9f1c52-7a5e-4a55-8f7f-2f6e5f3a1c00',
];
const MOST_TRIALS = 5000;

/** A channel of a route that belongs to it and to no earlier one; undefined where none is easily found. */
export function sampleChannel(route: Route, trial: AccessTrial): string | undefined {
  const params = [...route.pattern.matchAll(/\{(\w+)\}/g)].map(([, param = '']) => param);
  const choices = params.map((param) => valuesOf(route, param));
  const total = Math.min(
    MOST_TRIALS,
    choices.reduce((product, { length }) => product * length, 1),
  );
  for (let n = 0; n < total; n++) {
    const channel = channelOf(route.pattern, pick(choices, n));
    if (trial.match(channel)?.route.name === route.name) return channel;
  }
  return undefined;
}

/** Of a requirement that lists words its first ones, and what is mostly written. */
function valuesOf({ requirements, defaults }: Route, param: string): readonly string[] {
  const words = (requirements[param]?.pattern ?? '').split('|').filter((word) => /^[\w-]+$/.test(word));
  const preset = defaults[param];
  return [...words.slice(0, 5), ...VALUES, ...(preset === undefined ? [] : [preset])];
}

/** The n-th combination: the first of all, then each with another first value. */
function pick(choices: readonly (readonly string[])[], n: number): readonly string[] {
  let rest = n;
  return choices.map((values) => {
    const value = values[rest % values.length] ?? '';
    rest = Math.floor(rest / values.length);
    return value;
  });
}

function channelOf(pattern: string, values: readonly string[]): string {
  let at = 0;
  return pattern.replaceAll(/\{\w+\}/g, () => values[at++] ?? '');
}
