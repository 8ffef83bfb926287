// Writes the table of docs/settings.md from the schema of the settings; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const FILE = fileURLToPath(new URL('../docs/settings.md', import.meta.url));
const TABLE = /(<!-- settings: .*? -->\n)[\s\S]*?(<!-- end -->)/;

const { describeSettings } = await createJiti(import.meta.url).import('../src/config/index.ts');
const text = readFileSync(FILE, 'utf8');
const wanted = text.replace(TABLE, (_, begin, end) => `${begin}\n${table(describeSettings())}\n\n${end}`);
if (wanted !== text && process.argv.includes('--check')) {
  console.error('docs/settings.md is not up to date: run node scripts/settings-doc.mjs');
  process.exitCode = 1;
} else if (wanted !== text) writeFileSync(FILE, wanted);

function table(settings) {
  const rows = settings.map(({ path, default: preset, env, flag, help }) => [
    code(path),
    code(preset),
    code(env),
    code(flag === undefined ? '' : `--${flag}`),
    help,
  ]);
  const head = ['Setting', 'Default', 'Environment variable', 'Flag', 'What it does'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function code(text) {
  return text === '' ? '' : `\`${text}\``;
}
