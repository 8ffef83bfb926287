import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../support/server.js';

it('docs/errors.md has the codes of src/core/errors.ts', async () => {
  const script = `${REPOSITORY}scripts/write-errors-doc.mjs`;
  await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toMatchObject({
    stderr: '',
  });
});
