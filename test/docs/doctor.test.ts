import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CHECKS } from '../../src/app/doctor/examine.js';
import { REPOSITORY } from '../support/server.js';

it('docs/doctor.md has every check, with why and fix', () => {
  const text = readFileSync(`${REPOSITORY}docs/doctor.md`, 'utf8');
  const rows = CHECKS.map(
    ({ name, severity, why, fix }) => `| \`${name}\` | ${severity} | ${why} | ${fix} |`,
  );
  expect(rows.filter((row) => !text.includes(row))).toEqual([]);
  expect(text.match(/^\| `[a-z-]+` \| (?:error|warning) \|/gm)).toHaveLength(CHECKS.length);
});
