import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../../src/app/metric-table.js';
import { Metrics } from '../../src/app/metrics.js';
import { installed } from '../support/run.js';
import { REPOSITORY } from '../support/server.js';

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const DASHBOARD = `${REPOSITORY}grafana/signalbox.json`;
const ALERTS = `${REPOSITORY}grafana/alerts.yml`;
const promtool = installed('promtool', 'apt-get install prometheus, 19 MB and a service');

/** Everything that a query could name: metrics, and of histograms their parts. */
async function known(): Promise<ReadonlySet<string>> {
  const processes = [...(await new Metrics().text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  const names = processes.flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return new Set([...names, ...Object.keys(METRICS).filter((name) => !name.endsWith('_seconds')), 'up']);
}

/** The names of metrics in PromQL: words that are no function, keyword or label. */
function namesIn(expr: string): readonly string[] {
  const bare = expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\b(?:by|without)\s*\([^)]*\)/g, ' ');
  return [...bare.matchAll(/\b([a-z_][a-z_0-9]*)\b(?!\s*\()/g)]
    .map(([, name = '']) => name)
    .filter((name) => !['by', 'and', 'or', 'sum', 'max', 'min'].includes(name));
}

it('the dashboard is what its script writes', async () => {
  const script = `${REPOSITORY}scripts/grafana-dashboard.mjs`;
  const check = promisify(execFile)(process.execPath, [script, '--check']);
  await expect(check).resolves.toMatchObject({ stderr: '' });
});

it('the dashboard asks for metrics that exist, of the chosen nodes', async () => {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: readonly Panel[] };
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const names = await known();
  expect(queries.length).toBeGreaterThan(30);
  for (const query of queries) {
    expect(namesIn(query)).not.toEqual([]);
    expect(namesIn(query).filter((name) => !names.has(name))).toEqual([]);
    expect(query).toContain('{job=~"$job",instance=~"$instance"}');
  }
});

it('the alerts ask for metrics that exist, and say what to do', async () => {
  const { groups } = parse(readFileSync(ALERTS, 'utf8')) as { groups: [{ rules: readonly Rule[] }] };
  const names = await known();
  for (const { alert, expr, annotations } of groups[0].rules) {
    expect([alert, namesIn(expr).filter((name) => !names.has(name))]).toEqual([alert, []]);
    expect(Object.keys(annotations)).toEqual(['summary', 'description']);
  }
});

it.skipIf(!promtool)('Prometheus takes the alerts (needs promtool of the package prometheus)', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ALERTS], { encoding: 'utf8' });
  expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
});
