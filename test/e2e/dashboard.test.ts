import { describe, expect, it, onTestFinished } from 'vitest';
import { goTo, signIn } from '../dashboard/signed-in.js';
import { Autobahn } from '../support/autobahn.js';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { makeFolder } from '../support/folder.js';
import { useServer } from '../support/use-server.js';

const ADMIN_KEY = 'a-key-for-operators-in-tests';

const ROUTES = `
news:
  channel: 'news/{desk}'
  handler: news
  access: { subscribe: anyone, publish: backend, history: anyone }
  history: { size: 20, ttl: 10m }
  presence: true
mail:
  channel: 'mail/{user_id}'
  handler: mail
  access: { subscribe: owner, publish: backend }
`;

const SETTINGS = `
routing: routes.yml
topics:
  news: broadcast
  mail: broadcast
`;

const folder = makeFolder({ 'signalbox.yml': SETTINGS, 'routes.yml': ROUTES });
const chromium = findChromium();

/** Somebody who is connected, and gone after the test. */
async function connected(url: string): Promise<Autobahn> {
  const peer = await Autobahn.connect(url);
  onTestFinished(() => peer.socket.destroy());
  return peer;
}

describe.skipIf(chromium === undefined)('the page of /admin', () => {
  const server = useServer({
    config: `${folder}/signalbox.yml`,
    env: { SIGNALBOX_ADMIN_KEY: ADMIN_KEY, SIGNALBOX_ADMIN_MODE: 'full' },
  });
  const open = useBrowser(chromium);

  it('shows a channel and what is published on it, and ends a session', { timeout: 60_000 }, async () => {
    const reader = await connected(server().webSocketUrl('5'));
    reader.subscribe('news/sports');
    await reader.settle();
    await connected(server().webSocketUrl('7'));
    const { page, faults } = await signIn(open, `${server().url}/admin`, ADMIN_KEY);
    await page.getByRole('link', { name: 'Channels' }).click();
    await page.getByRole('link', { name: 'news/sports' }).click();
    await page.getByText('listening').waitFor();
    await server().publish('news/sports', { title: 'Goal', token: 'a-secret-of-somebody' });
    await page.getByText('{"title":"Goal","token":"[redacted]"}').waitFor();
    await page.getByRole('button', { name: /^Details of publication/ }).click();
    await page.getByText('1 on this node').waitFor();
    await page.getByRole('link', { name: 'history' }).click();
    await page.getByText('offsets 1–1').waitFor();
    await page.getByText('Replay', { exact: true }).click();
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByText('the end, after 1').waitFor();
    await page.getByRole('link', { name: 'presence' }).click();
    await page.getByText('1 user in 1 session').waitFor();
    await page.getByRole('link', { name: 'subscribers' }).click();
    await page.getByText('1–1 of 1').waitFor();
    await page.locator('tr', { hasText: 'user 5' }).getByRole('link').click();
    await page.getByRole('link', { name: 'news/sports' }).waitFor();
    await page.getByRole('button', { name: 'Disconnect', exact: true }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('disconnected', { exact: true }).waitFor();
    await page.getByText('no session of this node has this id').waitFor();
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  });

  it('explains a refusal, and what would be decided now', { timeout: 60_000 }, async () => {
    const stranger = await connected(server().webSocketUrl('6'));
    const { page, faults } = await signIn(open, `${server().url}/admin`, ADMIN_KEY);
    await goTo(page, 'refusals', 'Refusals');
    stranger.subscribe('mail/5');
    await stranger.settle();
    await page.getByRole('button', { name: /^Details of forbidden mail\/5/ }).click();
    await page.getByLabel('How it was decided').getByText('owner').waitFor();
    await page.getByRole('link', { name: 'Explain it as it is now' }).click();
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('Refused', { exact: true }).waitFor();
    await page.getByLabel('Id', { exact: true }).fill('5');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('Allowed', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('joined').waitFor();
    await page.getByLabel('A back end').check();
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('published as').waitFor();
    await page.getByText('1 received').waitFor();
    expect(faults).toEqual([]);
  });

  it.each([
    ['overview', 'Overview', 'all is let in'],
    ['sessions', 'Sessions', 'Protocol'],
    ['routes', 'Routes', 'history 20'],
    ['slow', 'Slow consumers', 'Nobody is slow, and nobody was.'],
    ['nodes', 'Nodes', 'this one'],
  ])('has the view %s', async (place, title, text) => {
    const { page, faults } = await signIn(open, `${server().url}/admin#/${place}`, ADMIN_KEY);
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.getByText(text).first().waitFor();
    expect(faults).toEqual([]);
  });

  it('is served with a policy that lets nothing else in, and asked for again only when it has changed', async () => {
    const page = await fetch(`${server().url}/admin`);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'");
    expect(policy).toContain("base-uri 'none'; frame-ancestors 'none'; form-action 'none'");
    expect(await page.text()).not.toMatch(/<script(?![^>]*src=)|<style| on\w+=/);
    const etag = page.headers.get('etag') ?? '';
    const again = await fetch(`${server().url}/admin`, { headers: { 'if-none-match': etag } });
    expect({ status: again.status, caching: again.headers.get('cache-control') }).toEqual({
      status: 304,
      caching: 'no-cache',
    });
    for (const path of ['/admin/', '/admin/index.html', '/admin/app.js.map', '/admin/x']) {
      expect({ path, status: (await fetch(`${server().url}${path}`)).status }).toEqual({ path, status: 404 });
    }
  });
});

describe('a server without a key for operators', () => {
  const server = useServer({ config: `${folder}/signalbox.yml` });

  it('has no such page', async () => {
    for (const path of ['/admin', '/admin/app.js', '/admin/app.css', '/admin/api/overview']) {
      expect({ path, status: (await fetch(`${server().url}${path}`)).status }).toEqual({ path, status: 404 });
    }
  });
});

describe.skipIf(chromium === undefined)('the page of operators who may only look', () => {
  const server = useServer({ config: `${folder}/signalbox.yml`, env: { SIGNALBOX_ADMIN_KEY: ADMIN_KEY } });
  const open = useBrowser(chromium);

  it('hides what they may not do', async () => {
    const { page } = await signIn(open, `${server().url}/admin`, ADMIN_KEY);
    await goTo(page, 'console?channel=news/sports', 'Console');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('Allowed', { exact: true }).waitFor();
    await expect(page.getByRole('button', { name: 'Publish' }).count()).resolves.toBe(0);
    await expect(page.getByRole('button', { name: 'Subscribe' }).count()).resolves.toBe(0);
  });
});
