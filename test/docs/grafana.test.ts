import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { factsOf, METRICS, type MetricFacts } from '../../src/app/metric-table.js';
import { Metrics } from '../../src/app/metrics.js';
import { DISCONNECT, ERROR_CODES } from '../../src/core/errors.js';
import { readPromql, type Selector } from '../support/promql.js';
import { installed } from '../support/run.js';
import { REPOSITORY } from '../support/server.js';

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const DASHBOARD = `${REPOSITORY}grafana/signalbox.json`;
const ALERTS = `${REPOSITORY}grafana/alerts.yml`;
const promtool = installed('promtool', 'apt-get install prometheus, 19 MB and a service');

/** What Prometheus adds to every metric, and what a part of a histogram has. */
const ADDED = ['job', 'instance'];
/** Codes of refusals of connections that are no codes of errors. */
const OWN_CODES = ['descriptors', 'tls'];
const CODES = new Set([
  ...Object.keys(ERROR_CODES),
  ...Object.values(DISCONNECT).map(({ code }) => String(code)),
  ...OWN_CODES,
]);

/** The labels of everything that a query could name: metrics, and of histograms their parts. */
async function known(): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await new Metrics().text();
  const processes = [...text.matchAll(/^# TYPE ((?:nodejs|process)_\S+) (\S+)$/gm)].flatMap(
    ([, name = '', type]): [string, string[]][] =>
      ['histogram', 'summary'].includes(type ?? '')
        ? ['_bucket', '_sum', '_count'].map((part) => [name + part, ['le', 'kind', 'quantile']])
        : [[name, ['kind', 'type', 'space']]],
  );
  const own = Object.entries<MetricFacts>(METRICS).flatMap(
    ([name, { type, labels = [] }]): [string, string[]][] =>
      type === 'histogram'
        ? ['_bucket', '_sum', '_count'].map((part) => [name + part, [...labels, 'le']])
        : [[name, [...labels]]],
  );
  return new Map([...processes, ...own, ['up', []]]);
}

/** What is wrong with a query: no PromQL, or metrics, labels and values that there are not. */
function faultsOf(expr: string, names: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const { fault, selectors, groupings } = readPromql(expr);
  const faults = fault === undefined ? [] : [`no PromQL: ${fault}`];
  for (const selector of selectors) faults.push(...faultsIn(selector, names.get(selector.metric)));
  const all = new Set([...ADDED, ...selectors.flatMap(({ metric }) => names.get(metric) ?? [])]);
  return [...faults, ...groupings.filter((label) => !all.has(label)).map((label) => `no label ${label}`)];
}

function faultsIn({ metric, matchers }: Selector, labels: readonly string[] | undefined): readonly string[] {
  if (labels === undefined) return [`no metric ${metric}`];
  return matchers
    .filter(({ label }) => !ADDED.includes(label))
    .flatMap(({ label, value }) => {
      if (!labels.includes(label)) return [`no label ${label} of ${metric}`];
      const wrong = value.split('|').filter((one) => !isValue(metric, label, one));
      return wrong.map((one) => `${metric} has no ${label} ${one}`);
    });
}

function isValue(metric: string, label: string, value: string): boolean {
  const values = factsOf(metric)?.values?.[label];
  return values === undefined ? label !== 'code' || CODES.has(value) : values.includes(value);
}

function panelsOf(file: string): readonly Panel[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { panels: readonly Panel[] }).panels;
}

it('the dashboard is what its script writes', async () => {
  const script = `${REPOSITORY}scripts/grafana-dashboard.mjs`;
  const check = promisify(execFile)(process.execPath, [script, '--check']);
  await expect(check).resolves.toMatchObject({ stderr: '' });
});

it('the dashboard asks in PromQL for metrics and labels that exist, of the chosen nodes', async () => {
  const queries = panelsOf(DASHBOARD).flatMap(({ targets = [] }) => targets);
  const names = await known();
  expect(queries.length).toBeGreaterThan(50);
  for (const { expr, legendFormat } of queries) {
    expect([expr, faultsOf(expr, names)]).toEqual([expr, []]);
    expect(expr).toContain('{job=~"$job",instance=~"$instance"}');
    const { groupings } = readPromql(expr);
    const legend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    const kept = /\bby\b|^sum\(|^max\(/.test(expr) ? groupings : [...groupings, 'instance'];
    expect([expr, legend.filter((label) => !kept.includes(label))]).toEqual([expr, []]);
  }
});

it('the dashboard shows every metric of the server', () => {
  const shown = panelsOf(DASHBOARD).flatMap(({ targets = [] }) =>
    targets.flatMap(({ expr }) => readPromql(expr).selectors.map(({ metric }) => metric)),
  );
  const names = Object.keys(METRICS);
  expect(names.filter((name) => !shown.some((one) => one.replace(/_bucket$/, '') === name))).toEqual([]);
});

it('the alerts ask in PromQL for metrics and labels that exist, and say what to do', async () => {
  const names = await known();
  for (const { alert, expr, annotations } of rules()) {
    expect([alert, faultsOf(expr, names)]).toEqual([alert, []]);
    expect(Object.keys(annotations)).toEqual(['summary', 'description']);
  }
});

it('each alert has its line among those that say what to do at night, and no other has one', () => {
  const table = readFileSync(`${REPOSITORY}docs/metrics.md`, 'utf8');
  const lines = [...table.matchAll(/^\| `(Signalbox\w+)` \| .+ \| .+ \|$/gm)].map(([, alert]) => alert);
  expect(lines).toEqual(rules().map(({ alert }) => alert));
});

it('a query that is none, or names what there is not, is found out', async () => {
  const names = await known();
  expect(faultsOf('sum(rate(signalbox_gaps_total[5m]) by (instance)', names)[0]).toMatch(/^no PromQL/);
  expect(faultsOf('signalbox_gapz_total', names)).toEqual(['no metric signalbox_gapz_total']);
  expect(faultsOf('signalbox_gaps_total{code="1"}', names)).toEqual([
    'no label code of signalbox_gaps_total',
  ]);
  expect(faultsOf('sum by (code) (signalbox_gaps_total)', names)).toEqual(['no label code']);
  expect(faultsOf('signalbox_refusals_total{code=~"timeout|late"}', names)).toEqual([
    'signalbox_refusals_total has no code late',
  ]);
  expect(faultsOf('signalbox_reloads_total{outcome="failed"}', names)).toHaveLength(1);
});

it.skipIf(!promtool)('Prometheus takes the alerts (needs promtool of the package prometheus)', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ALERTS], { encoding: 'utf8' });
  expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
});

function rules(): readonly Rule[] {
  return (parse(readFileSync(ALERTS, 'utf8')) as { groups: [{ rules: readonly Rule[] }] }).groups[0].rules;
}
