// Writes the tables of docs/errors.md from src/core/errors.ts and what protocols call the codes; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const FILE = fileURLToPath(new URL('../docs/errors.md', import.meta.url));
const jiti = createJiti(import.meta.url);
const { ERROR_CODES, DISCONNECT } = await jiti.import('../src/core/errors.ts');
const { ERROR_URIS } = await jiti.import('../src/protocols/wamp2/uris.ts');

const refusals = Object.entries(ERROR_CODES).map(([code, { status, means, hint }]) => [
  `\`${code}\``,
  status,
  `\`${ERROR_URIS[code]}\``,
  means,
  hint,
]);
const disconnects = Object.entries(DISCONNECT).map(([name, { code, reason, reconnect }]) => [
  code,
  `\`${name}\``,
  reason,
  reconnect ? 'yes' : 'no',
]);
const tables = {
  refusals: table(['Code', 'Status', 'In WAMP v2', 'Means', 'What to do'], refusals),
  disconnects: table(
    ['Code', 'Name', 'Reason', 'Come back?'],
    disconnects.sort(([a], [b]) => a - b),
  ),
};

const text = readFileSync(FILE, 'utf8');
const wanted = Object.entries(tables).reduce(put, text);
if (wanted !== text && process.argv.includes('--check')) {
  console.error('docs/errors.md is not up to date: run node scripts/write-errors-doc.mjs');
  process.exitCode = 1;
} else if (wanted !== text) writeFileSync(FILE, wanted);

function put(page, [name, rows]) {
  const place = new RegExp(`(<!-- ${name}: .*? -->\\n)[\\s\\S]*?(<!-- end -->)`);
  if (!place.test(page)) throw new Error(`docs/errors.md has no place for ${name}`);
  return page.replace(place, (_, begin, end) => `${begin}\n${rows}\n\n${end}`);
}

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}
