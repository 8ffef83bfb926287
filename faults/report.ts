import { cpus, loadavg } from 'node:os';
import { holds, sum, type Verdict } from './invariants.js';
import type { Scenario, Size } from './scenario.js';
import type { Trial } from './trial.js';

/** What came of a trial. */
export interface Result {
  readonly scenario: string;
  readonly title: string;
  readonly size: Size;
  readonly seed: number;
  readonly scale: Scenario['sizes'][Size];
  readonly machine: {
    readonly node: string;
    readonly cpu: string;
    readonly cores: number;
    readonly load: number;
  };
  readonly faults: Readonly<Record<string, number>>;
  readonly verdict: Verdict;
  readonly publishers: Readonly<Record<'attempts' | 'failures' | 'duplicates' | 'slowest', number>>;
  /** Milliseconds from the end of a fault until a subscriber had something that was published after it. */
  readonly recovery: { readonly count: number; readonly median: number; readonly slowest: number };
  /** Why connections ended, and how often. */
  readonly endings: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number>>;
  /** What is wrong; nothing where all held. */
  readonly failures: readonly string[];
}

export function resultOf(
  trial: Trial,
  { scenario, size, seed }: { scenario: Scenario; size: Size; seed: number },
): Result {
  const verdict = trial.verdict();
  const { scale, subscribers, publishers } = trial;
  const recoveries = subscribers.flatMap((subscriber) => subscriber.recoveries).sort((a, b) => a - b);
  const total = (count: 'attempts' | 'failures' | 'duplicates') =>
    publishers.reduce((all, { counts }) => all + counts[count], 0);
  const [cpu] = cpus();
  return {
    ...{ scenario: scenario.name, title: scenario.title, size, seed, scale, verdict },
    machine: {
      node: process.version,
      cpu: cpu?.model ?? '',
      cores: cpus().length,
      load: round(loadavg()[0] ?? 0),
    },
    faults: Object.fromEntries(trial.faults),
    publishers: {
      attempts: total('attempts'),
      failures: total('failures'),
      duplicates: total('duplicates'),
      slowest: round(Math.max(0, ...publishers.map(({ counts }) => counts.slowest))),
    },
    recovery: {
      count: recoveries.length,
      median: round(recoveries[recoveries.length >> 1] ?? 0),
      slowest: round(recoveries.at(-1) ?? 0),
    },
    endings: endingsOf(trial),
    figures: trial.figures,
    failures: failuresOf(trial, verdict, scenario),
  };
}

/** The whole result in a line. */
export function lineOf({ scenario, scale, faults, verdict, recovery, failures, figures }: Result): string {
  const { acknowledged, delivered, lost, duplicated, unannounced, misordered, announced, told } = verdict;
  const kinds = Object.entries(faults).map(([kind, times]) => `${figure(times)} ${kind}`);
  const more = Object.entries(figures).map(([what, value]) => ` ${what} ${figure(value)}.`);
  return [
    `${failures.length === 0 ? 'PASS' : 'FAIL'} ${scenario}: `,
    `Held ${scale.nodes} node${scale.nodes === 1 ? '' : 's'}, ${figure(scale.subscribers)} subscribers, `,
    `${scale.publishers} publishers. Survived ${kinds.join(', ')}. `,
    `Acknowledged ${figure(acknowledged)} -> delivered ${figure(delivered)}: `,
    `lost ${sum(lost)} (prefix ${lost.prefix}, middle ${lost.middle}, postfix ${lost.postfix}), `,
    `duplicated ${duplicated}, unannounced ${unannounced}, misordered ${misordered}; `,
    `told of ${announced} gaps with ${figure(told)} in them. `,
    `Slowest recovery ${(recovery.slowest / 1000).toFixed(2)} s (median ${(recovery.median / 1000).toFixed(2)} s).`,
    ...more,
  ].join('');
}

function failuresOf(trial: Trial, verdict: Verdict, { mayAnnounce = false }: Scenario): readonly string[] {
  const { acknowledged, announced } = verdict;
  const failures = holds(verdict) ? [] : [...verdict.findings];
  if (acknowledged === 0) failures.push('nothing was acknowledged');
  if (!mayAnnounce && announced > 0)
    failures.push(`subscribers were told ${announced} times of gaps that must not be`);
  return [...failures, ...trial.nodes.complaints()];
}

function endingsOf({ subscribers }: Trial): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { endings } of subscribers)
    for (const [why, times] of endings) all[why] = (all[why] ?? 0) + times;
  return all;
}

function figure(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
