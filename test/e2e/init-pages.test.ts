import { rmSync, symlinkSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { cli } from '../support/cli.js';
import { makeFolder } from '../support/folder.js';
import { installed, run } from '../support/run.js';
import { KEY, REPOSITORY } from '../support/server.js';
import { useServer } from '../support/use-server.js';

const chromium = findChromium();
if (chromium === undefined) console.log('skipped the pages of new projects: there is no Chromium here');
const php = installed('php', 'apt-get install php-cli');
const folders = makeFolder();

afterAll(() => rmSync(folders, { recursive: true, force: true }));

/** A project as `init` makes it, served. */
function useProject(preset: string) {
  const folder = `${folders}/${preset}`;
  beforeAll(async () => {
    const { code, stderr } = await cli(['init', folder, '--preset', preset]);
    if (code !== 0) throw new Error(stderr);
    symlinkSync(`${REPOSITORY}node_modules`, `${folder}/node_modules`);
  });
  return { folder, server: useServer(() => ({ config: `${folder}/signalbox.yml` })) };
}

function state(page: Page, text: string) {
  return page.getByRole('status').filter({ hasText: text }).waitFor();
}

describe.skipIf(chromium === undefined)('the page of a new project', () => {
  const open = useBrowser(chromium);

  describe('basic', () => {
    const { server } = useProject('basic');

    it('shows what is said, also to who comes later, and why something is refused', async () => {
      const first = await open(server().url);
      await state(first.page, 'connected');
      await first.page.getByLabel('Message').fill('hello <b>there</b>');
      await first.page.getByRole('button', { name: 'Send' }).click();
      await first.page.getByText('somebody: hello <b>there</b>').waitFor();
      const second = await open(server().url);
      await second.page.getByText('somebody: hello <b>there</b>').waitFor();
      await second.page.getByLabel('Message').fill(' ');
      await second.page.getByRole('button', { name: 'Send' }).click();
      await second.page.getByText('a message needs a text').waitFor();
      expect([...first.faults, ...second.faults]).toEqual([]);
    });
  });

  describe('chat', () => {
    const { server } = useProject('chat');

    async function enter(user: string): Promise<Page> {
      const { page, faults } = await open(server().url);
      await page.getByLabel('Your name').fill(user);
      await page.getByRole('button', { name: 'Come in' }).click();
      await state(page, 'connected');
      expect(faults).toEqual([]);
      return page;
    }

    it('lets users talk, tells who is there, and gives newcomers what was said', async () => {
      const ann = await enter('ann');
      await ann.getByText('Here: ann').waitFor();
      await ann.getByLabel('Message').fill('hello');
      await ann.getByRole('button', { name: 'Send' }).click();
      await ann.getByRole('listitem').filter({ hasText: 'ann: hello' }).waitFor();
      const ben = await enter('ben');
      await ben.getByRole('listitem').filter({ hasText: 'ann: hello' }).waitFor();
      await ann.getByText('Here: ann, ben').waitFor();
    });
  });

  describe('oro', () => {
    const { server } = useProject('oro');

    it('speaks of no channel that the application does not have', async () => {
      const { page, faults } = await open(server().url);
      await page.getByText('You are subscribed to nothing').waitFor();
      await page.getByText('No message yet. What arrives on channels').waitFor();
      expect(await page.getByLabel('Channel', { exact: true }).inputValue()).toBe('');
      expect(await page.getByText('npx signalbox publish CHANNEL').count()).toBe(1);
      expect(await page.getByRole('link', { name: 'chat' }).count()).toBe(0);
      await page.getByLabel('Subscribe to a channel').fill('demo/lobby');
      await page.keyboard.press('Enter');
      await page.getByText('no_such_route').waitFor();
      expect(faults).toEqual([]);
    });
  });

  describe('notifications', () => {
    const { folder, server } = useProject('notifications');
    const publish = (file: string, args: readonly string[]) =>
      run(file, args, { cwd: folder, env: { SIGNALBOX_URL: server().url, SIGNALBOX_API_KEY: KEY } });

    it('tells a user what a back end says by curl, and nobody else', async () => {
      const five = await open(`${server().url}/?user=5`);
      const six = await open(`${server().url}/?user=6`);
      await Promise.all([state(five.page, 'connected'), state(six.page, 'connected')]);
      const outcome = await publish('sh', ['publish/notify.sh', '5', `your "order" isn't late`]);
      expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('"notifications/5"') });
      await five.page.getByText(`your "order" isn't late`).waitFor();
      await publish('sh', ['publish/notify.sh', '6', 'for six']);
      await six.page.getByText('for six').waitFor();
      expect(await six.page.getByRole('listitem').count()).toBe(1);
      expect([...five.faults, ...six.faults]).toEqual([]);
    });

    it.skipIf(!php)('tells it from PHP', async () => {
      const { page } = await open(`${server().url}/?user=7`);
      await state(page, 'connected');
      const outcome = await publish('php', ['publish/notify.php', '7', 'hello']);
      expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('"notifications/7"') });
      await page.getByText('hello').last().waitFor();
    });
  });
});
