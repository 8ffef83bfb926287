import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { Cutter } from '../support/cutter.js';
import { KEY, REPOSITORY, testEnvironment } from '../support/server.js';
import { until } from '../support/until.js';

const chromium = findChromium();

const IN_REPOSITORY = { cwd: REPOSITORY, env: testEnvironment({ SIGNALBOX_LIMITS_DRAIN: '100ms' }) };

/** A program of the example, which is ended with its test. */
function start(...args: readonly string[]) {
  const child = spawn(process.execPath, args, IN_REPOSITORY);
  const running = { output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (running.output += chunk));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  });
  return running;
}

async function news(): Promise<{ readonly page: string; readonly url: string }> {
  const program = start('examples/sse/main.mjs', '0', '0');
  await until(() => program.output.includes('publish to'));
  const [, page = '', url = ''] = /news at (\S+), publish to (\S+)/.exec(program.output) ?? [];
  return { page, url };
}

async function publish(url: string, title: string): Promise<void> {
  const response = await fetch(`${url}/api/publish`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'news/desk', payload: { title } }),
  });
  expect(response.status).toBe(200);
}

describe('examples/sse', { timeout: 60_000 }, () => {
  const open = useBrowser(chromium);

  it.skipIf(chromium === undefined)(
    'shows what was published before the page was opened, and after',
    async () => {
      const { page: address, url } = await news();
      await publish(url, 'before');
      const { page, faults } = await open(address);
      await page.locator('#state').getByText('live').waitFor();
      await page.locator('#news > li').getByText('before').waitFor();
      await publish(url, 'after');
      await page.locator('#news > li').getByText('after').waitFor();
      expect(await page.locator('#news > li').allTextContents()).toEqual(['after', 'before']);
      expect(faults).toEqual([]);
    },
  );

  it('prints what comes without a library, and what was missed after a loss', async () => {
    const { url } = await news();
    const cutter = await Cutter.start(() => Number(new URL(url).port));
    const listener = start('examples/sse/listen.mjs', cutter.url, 'news/desk');
    await until(async () => {
      await publish(url, 'one');
      return listener.output.includes('one');
    });
    cutter.isDown = true;
    cutter.cut();
    await until(() => listener.output.includes('lost'));
    await publish(url, 'two');
    cutter.isDown = false;
    await until(() => listener.output.includes('message {"title":"two"}'));
    expect(listener.output).toMatch(/recovered \{"news\/desk":\{"recovered":true/);
  });

  it('says why it may not listen', async () => {
    const { url } = await news();
    const listener = start('examples/sse/listen.mjs', url, 'no/such/channel');
    await until(() => listener.output.includes('no route matches no/such/channel'));
  });
});
