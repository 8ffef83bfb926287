import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../support/server.js';

const run = promisify(execFile);

it('lets 25 members of XMLSocket chat for a day on less than two million octets', {
  timeout: 60_000,
}, async () => {
  const { stdout } = await run(process.execPath, ['bench/chat-day/run.mjs'], { cwd: REPOSITORY });
  const [, lines] = /(\d+) lines, each heard by all of them/.exec(stdout) ?? [];
  const [, received, total] = /(\d+) to them: (\d+) in all/.exec(stdout) ?? [];
  expect(Number(lines)).toBe(1000);
  // what all of them heard cannot be less than its texts
  expect(Number(received)).toBeGreaterThan(25 * 1000 * 30);
  expect(Number(total)).toBeLessThan(2_000_000);
});
