import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/app/cli/index.js';
import { run } from '../support/run.js';
import { REPOSITORY } from '../support/server.js';

it('docs/cli.md has every command, as the program describes it', { timeout: 120_000 }, async () => {
  const text = readFileSync(`${REPOSITORY}docs/cli.md`, 'utf8');
  for (const name of Object.keys(COMMANDS)) expect(text).toContain(`\n### signalbox ${name}\n`);
  expect(await run(process.execPath, ['scripts/cli-doc.mjs', '--check'])).toMatchObject({
    code: 0,
    stderr: '',
  });
});
