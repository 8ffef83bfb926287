// Writes the tables of docs/metrics.md from src/app/metric-table.ts; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const FILE = fileURLToPath(new URL('../docs/metrics.md', import.meta.url));
const TABLES = /(<!-- metrics: .*? -->\n)[\s\S]*?(<!-- end -->)/;

const jiti = createJiti(import.meta.url);
const { METRICS } = await jiti.import('../src/app/metric-table.ts');
const { METRIC_GROUPS } = await jiti.import('../src/app/metrics/metric-facts.ts');
const text = readFileSync(FILE, 'utf8');
const tables = METRIC_GROUPS.map((group) => `## ${group}\n\n${table(group)}`).join('\n\n');
const wanted = text.replace(TABLES, (_, begin, end) => `${begin}\n${tables}\n\n${end}`);
if (wanted !== text && process.argv.includes('--check')) {
  console.error('docs/metrics.md is not up to date: run node scripts/metrics-doc.mjs');
  process.exitCode = 1;
} else if (wanted !== text) writeFileSync(FILE, wanted);

function table(group) {
  const rows = Object.entries(METRICS)
    .filter(([, facts]) => facts.group === group)
    .map(([name, { type, labels = [], values = {}, help, read }]) => [
      `\`${name}\``,
      type,
      labels.map((label) => labelled(label, values[label])).join('; '),
      help,
      read,
    ]);
  const head = ['Metric', 'Type', 'Labels', 'Says', 'How to read it'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function labelled(label, values = []) {
  const said = values.length === 0 ? '' : ` (${values.join(', ')})`;
  return `\`${label}\`${said}`;
}
