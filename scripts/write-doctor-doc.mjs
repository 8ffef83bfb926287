// Writes the table of checks into docs/doctor.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { CHECKS } from '../dist/src/app/doctor/examine.js';

const file = new URL('../docs/doctor.md', import.meta.url);
const row = ({ name, severity, why, fix }) => `| \`${name}\` | ${severity} | ${why} | ${fix} |`;
const section = (about) =>
  [
    '| Check | Is | Why | Fix |',
    '|---|---|---|---|',
    ...CHECKS.filter((check) => check.about === about).map(row),
  ].join('\n');
const text = readFileSync(file, 'utf8').replace(
  /<!-- checks: (\w+) -->\n[\s\S]*?\n<!-- end -->/g,
  (_, about) => `<!-- checks: ${about} -->\n${section(about)}\n<!-- end -->`,
);
writeFileSync(file, text);
