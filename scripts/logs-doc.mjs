// Writes the table of docs/logs.md from src/core/log-events.ts; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const FILE = fileURLToPath(new URL('../docs/logs.md', import.meta.url));
const TABLE = /(<!-- events: .*? -->\n)[\s\S]*?(<!-- end -->)/;
const LEVELS = ['error', 'warn', 'info', 'debug'];

const { LOG_EVENTS } = await createJiti(import.meta.url).import('../src/core/log-events.ts');
const text = readFileSync(FILE, 'utf8');
const wanted = text.replace(TABLE, (_, begin, end) => `${begin}\n${table()}\n\n${end}`);
if (wanted !== text && process.argv.includes('--check')) {
  console.error('docs/logs.md is not up to date: run node scripts/logs-doc.mjs');
  process.exitCode = 1;
} else if (wanted !== text) writeFileSync(FILE, wanted);

function table() {
  const rows = Object.entries(LOG_EVENTS)
    .sort(([, a], [, b]) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level))
    .map(([event, { level, means, fields }]) => [`\`${event}\``, level, means, fields.map(code).join(', ')]);
  const head = ['Event', 'Level', 'Means', 'Fields'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function code(field) {
  return `\`${field}\``;
}
