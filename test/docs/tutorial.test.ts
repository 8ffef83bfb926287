import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { makeFolder } from '../support/folder.js';
import { installPackage } from '../support/installed-package.js';
import { installed, run } from '../support/run.js';
import { COMMAND, KEY, REPOSITORY, ServerProcess } from '../support/server.js';

const PAGE = readFileSync(`${REPOSITORY}docs/tutorial.md`, 'utf8');
const BLOCK = /(?:<!-- write: (\S+) -->\n)?(?:<!-- snippet: .* -->\n)?```(\w+)\n([\s\S]*?)^```$/gm;
const PUBLISHED = `npx signalbox publish orders/5/1001 '{"state": "paid"}'\n`;

const chromium = findChromium();
const curl = installed('curl', 'apt-get install curl');

/** What is installed already, and the server, which the test starts by itself where the page says so. */
const SHELL = `set -euo pipefail
npx() { shift; node ${COMMAND} "$@"; }
npm() { if [[ $1 == test ]]; then npx signalbox test; node --import jiti/register --test topics/*.test.ts; fi; }
`;

describe.skipIf(chromium === undefined || !curl)('docs/tutorial.md', () => {
  const open = useBrowser(chromium);
  const folder = makeFolder();
  let cwd = folder;
  let server: ServerProcess | undefined;

  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function follow(path: string | undefined, language: string, text: string): Promise<void> {
    if (path !== undefined) return writeFileSync(`${cwd}/${path}`, text);
    if (language !== 'sh') return;
    const env = { SIGNALBOX_URL: server?.url ?? '', SIGNALBOX_API_KEY: KEY };
    const { code, stdout, stderr } = await run('bash', ['-c', SHELL + text], { cwd, env });
    expect({ text, code, output: code === 0 ? '' : stdout + stderr }).toEqual({ text, code: 0, output: '' });
    if (/^cd live$/m.test(text)) {
      cwd = `${folder}/live`;
      installPackage(cwd);
    }
    if (!/^npm start$/m.test(text)) return;
    await server?.stop();
    server = await ServerProcess.start({ config: `${cwd}/signalbox.yml` });
  }

  it('leads to a page that tells a customer of an order, and nobody else', { timeout: 300_000 }, async () => {
    for (const [, path, language = '', text = ''] of PAGE.matchAll(BLOCK)) {
      await follow(path, language, text);
      if (text !== PUBLISHED) continue;
      const mine = await open(`${server?.url}/`);
      await mine.page.getByText('your order is paid').waitFor();
      const theirs = await open(`${server?.url}/?user=6`);
      await theirs.page.locator('#error').filter({ hasText: 'orders/5/1001' }).waitFor();
      expect(await theirs.page.getByText('your order is').count()).toBe(0);
      expect([...mine.faults, ...theirs.faults]).toEqual([]);
    }
    const { page } = await open(`${server?.url}/`);
    await page.getByText('your order is sent').waitFor();
    expect(readFileSync(`${cwd}/routing/orders.route-test.yml`, 'utf8')).toContain("subscribe: ['user:5']");
  });
});
