import { readFileSync, rmSync } from 'node:fs';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { makeFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { LivePage } from '../support/live-page.js';
import { installed, run } from '../support/run.js';
import { KEY, REPOSITORY, ServerProcess } from '../support/server.js';
import { eventually, until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '"><script>alert(1)</script>',
  "'-alert(1)-'",
  '<svg/onload=alert(1)>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<a href="javascript:alert(1)" id=log>click</a>',
  '</pre></li></ol><h1>gone</h1>',
  '<style>*{display:none}</style>',
  '<base href="http://127.0.0.1:9/">',
  '<meta http-equiv=refresh content="0;url=http://127.0.0.1:9/">',
  '<form action="http://127.0.0.1:9/"><button>ok</button></form>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the attack
  '${alert(1)}`${alert(1)}`',
  '{{constructor.constructor("alert(1)")()}}',
  '&lt;b&gt;&#x3c;img src=x onerror=alert(1)&#x3e;',
  '__proto__',
  'constructor',
  'javascript:alert(1)//',
  '$(touch /tmp/x);`id`\'"\\',
  `<marquee onstart=alert(1)>${'x'.repeat(120)}</marquee>`,
];

/** The application of this repository, with a ping each second and a channel for every name. */
function quickConfig(): string {
  const settings = readFileSync(`${REPOSITORY}signalbox.yml`, 'utf8')
    .replace('interval: 50s', 'interval: 1s')
    .replace(/^routing: .*$/m, `routing: [${JSON.stringify(`${REPOSITORY}routing`)}, wild.yml]`)
    .replace(/^ {2}handlers: .*$/m, '');
  const wild = 'wild:\n  channel: "wild/{name}"\n  handler: broadcast\n  requirements: { name: ".+" }\n';
  return makeFolder({ 'signalbox.yml': settings, 'wild.yml': wild });
}

const chromium = findChromium();
const curl = installed('curl', 'apt-get install curl');
const php = installed('php', 'apt-get install php-cli');
const folder = quickConfig();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(chromium === undefined)('the page at /', { timeout: 60_000 }, () => {
  const server = useServer({ config: `${folder}/signalbox.yml` });
  const open = useBrowser(chromium);

  /** The page, connected, which has to stay without faults till the end of the test. */
  async function visit(path = '/', options: BrowserContextOptions = {}): Promise<LivePage> {
    const { page, faults } = await open(server().url + path, options);
    onTestFinished(() => expect(faults).toEqual([]));
    const live = new LivePage(page);
    await live.settled();
    return live;
  }

  async function post(channel: string, payload: unknown): Promise<void> {
    expect((await server().publish(channel, payload)).status).toBe(200);
  }

  it('shows the ping topic alive', async () => {
    const { page } = await visit();
    await eventually(async () => {
      expect(await page.textContent('#ping-state')).toMatch(/^last message at \d\d:\d\d:\d\d$/);
      expect(await page.textContent('#ping-detail')).toMatch(/^[2-9] pings so far, one every 1 s$/);
    });
    expect(await page.locator('#ping-pulse.beat[data-alive="true"]').count()).toBe(1);
  });

  it('says who one is', async () => {
    const { page } = await visit();
    expect(await page.textContent('#session')).toMatch(/^[1-9][0-9]{0,15}$/);
    expect(await page.textContent('#identity')).toMatch(/^anonymous/);
    expect(await page.textContent('#connection-state')).toBe('connected');
  });

  it('shows what a back end publishes to a channel that one subscribes to, until one unsubscribes', async () => {
    const live = await visit();
    await live.subscribe('oro/maintenance');
    await post('oro/maintenance', { isOn: true, msg: 'back in 5 minutes' });
    await live.log.getByText('{ "isOn": true, "msg": "back in 5 minutes" }', { exact: true }).waitFor();
    expect(await live.channel('oro/maintenance').textContent()).toContain('1 message');

    await live.page.getByRole('button', { name: 'Unsubscribe from oro/maintenance' }).click();
    await live.settled();
    await post('oro/maintenance', 'unheard');
    await post('demo/lobby', 'last');
    await live.log.getByText('"last"').waitFor();
    expect(await live.log.getByText('unheard').count()).toBe(0);
    expect(await live.channel('oro/maintenance').count()).toBe(0);
  });

  it('shows a refusal with reason and remedy at its channel, and lives on', async () => {
    const live = await visit();
    await live.page.getByRole('button', { name: 'Try a private channel' }).click();
    await live.page.getByRole('button', { name: 'Try an unknown one' }).click();
    const refused = live.channel('oro/email_event/6/8');
    const refusal = refused.locator('.refusal');
    await refusal.waitFor();
    expect(await refused.getAttribute('data-state')).toBe('refused');
    expect(await refusal.locator('code').first().textContent()).toBe('forbidden');
    expect(await refusal.textContent()).toMatch(/may subscribe.*oro\/email_event\/6\/8/);
    expect(await refusal.textContent()).toMatch(/in the log of the server as r-[0-9a-f]{16}/);
    const unknown = live.channel('no/such/channel');
    await unknown.getByText('no_such_route').waitFor();
    expect(await unknown.locator('.hint').textContent()).toMatch(/signalbox match/);

    await post('oro/email_event/6/8', 'not for you');
    await post('demo/lobby', 'still here');
    await live.log.getByText('"still here"').waitFor();
    expect(await live.log.count()).toBe(1);

    await refusal.getByRole('button', { name: 'Try again' }).click();
    await live.settled();
    expect(await refused.getAttribute('data-state')).toBe('refused');
  });

  it('publishes from one page to another', async () => {
    const [speaker, listener] = await Promise.all([visit(), visit()]);
    await speaker.publish('demo/lobby', '{"text": "from the other page"}');
    const text = '{ "text": "from the other page" }';
    await Promise.all([speaker.log.getByText(text).waitFor(), listener.log.getByText(text).waitFor()]);
    expect(await speaker.page.textContent('#publish-state')).toBe('sent to demo/lobby');
  });

  it('says why it does not publish', async () => {
    const live = await visit();
    await live.publish('oro/maintenance', 'true');
    await live.page.locator('#publish-refusal').getByText('forbidden').waitFor();
    expect(await live.page.textContent('#publish-state')).toBe('not published to oro/maintenance');
    await live.publish('demo/lobby', 'hello');
    expect(await live.page.textContent('#publish-refusal')).toContain('a text needs double quotes: "hello"');
  });

  it('lets one be a user, who has a channel of its own and hears why others are not', async () => {
    const live = await visit();
    await live.become('User 5');
    expect(await live.page.textContent('#organizations')).toBe('7');
    expect(await live.page.getByRole('button', { name: /^User 5/ }).getAttribute('aria-pressed')).toBe(
      'true',
    );
    await post('oro/email_event/5/7', { hasNewEmail: true });
    await live.log.getByText('{ "hasNewEmail": true }').waitFor();

    await live.page.getByRole('button', { name: 'Try that of user 6' }).click();
    const refusal = live.channel('oro/email_event/6/8').locator('.refusal');
    await refusal.getByText('forbidden').waitFor();
    const why = refusal.locator('.why');
    expect(await why.textContent()).toMatch(
      /^route says subscribe: anyone; anyone holds\nhandler says subscribe: owner; does not hold: refused\n {2}user_id/,
    );
    expect(await live.page.evaluate('getComputedStyle(document.querySelector(".why")).whiteSpace')).toMatch(
      /pre-wrap/,
    );
  });

  it('lets two windows be two users', async () => {
    const [five, six] = await Promise.all([visit(), visit()]);
    await Promise.all([five.become('User 5'), six.become('User 6')]);
    await post('oro/email_event/6/8', 'for six');
    await post('oro/email_event/5/7', 'for five');
    await Promise.all([six.log.getByText('"for six"').waitFor(), five.log.getByText('"for five"').waitFor()]);
    await Promise.all([five.settled(), six.settled()]);
    expect([await five.log.count(), await six.log.count()]).toEqual([1, 1]);
  });

  it('lets one be somebody else in turn, with the channels of that one, and nobody again', async () => {
    const live = await visit();
    await live.become('User 5');
    await live.become('User 6');
    expect(await live.channel('oro/email_event/5/7').count()).toBe(0);
    expect(await live.channel('oro/email_event/6/8').getAttribute('data-state')).toBe('open');
    await live.page.reload();
    await live.is('user 6');
    await live.become('Nobody');
    expect(await live.channel('oro/email_event/6/8').count()).toBe(0);
    expect(await live.page.locator('#own').isVisible()).toBe(false);
    await live.page.reload();
    await live.is('anonymous');
  });

  it('lets one be any user by keyboard alone, and shows hostile ids as text', async () => {
    const live = await visit();
    await live.page.locator('summary').focus();
    await live.page.keyboard.press('Enter');
    for (const text of HOSTILE) {
      await live.page.getByLabel('User', { exact: true }).fill(text);
      await live.page.getByLabel('Organisations').fill('7, 8');
      await live.page.getByLabel('Roles').fill(`editor ${text.replaceAll(/[\s,]/g, '')}`);
      await live.page.keyboard.press('Enter');
      await live.is(`user ${text.trim()}`);
      expect(await live.page.textContent('#organizations')).toBe('7, 8');
      expect(await live.page.textContent('#own-channel')).toBe(`oro/email_event/${text.trim()}/7`);
    }
    const inside =
      'document.querySelectorAll("#identity *, #roles *, #own-channel *, #command-own *").length';
    expect(await live.page.evaluate(inside)).toBe(0);
  });

  it('says why one cannot be somebody, and leaves things as they are', async () => {
    const { page } = await open(server().url);
    const live = new LivePage(page);
    await live.become('User 5');
    await page.locator('summary').click();
    await page.getByLabel('User', { exact: true }).fill('5');
    await page.getByLabel('Roles').fill('backend');
    await page.keyboard.press('Enter');
    await page
      .locator('#login-refusal')
      .getByText(/role backend/)
      .waitFor();
    await live.is('user 5');
    expect(await live.channel('oro/email_event/5/7').getAttribute('data-state')).toBe('open');
  });

  it('renews who one is on the same connection', async () => {
    const live = await visit();
    await live.become('User 5');
    const session = await live.page.textContent('#session');
    expect(await live.page.textContent('#lifetime')).toMatch(/^(9|10) min \d+ s$/);
    await live.page.getByRole('button', { name: 'Renew' }).click();
    await live.page.getByText('renewed on the same connection').waitFor();
    expect(await live.page.textContent('#session')).toBe(session);
  });

  it('shows other rights as soon as the user has them, and what is lost with them', async () => {
    const live = await visit();
    await live.become('User 5');
    const response = await fetch(`${server().url}/api/rights`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user: '5', roles: ['editor'], organizations: ['9'] }),
    });
    expect(response.status).toBe(200);
    await live.page.locator('#roles').getByText('editor').waitFor();
    expect(await live.page.textContent('#own-channel')).toBe('oro/email_event/5/9');
    await live.settled();
    expect(await live.channel('oro/email_event/5/9').getAttribute('data-state')).toBe('open');
  });

  it('with a ticket in its address is that user, and keeps the ticket to itself', async () => {
    const live = await visit(`/?ticket=${server().ticket('5', ['7'])}`);
    await live.is('user 5');
    expect(await live.page.evaluate('location.href')).toBe(`${server().url}/`);
    await post('oro/email_event/5/7', { hasNewEmail: true });
    await live.log.getByText('{ "hasNewEmail": true }').waitFor();
    await live.subscribe('oro/email_event/6/7');
    expect(await live.channel('oro/email_event/6/7').getAttribute('data-state')).toBe('refused');
  });

  it('with a bad ticket says so, and the way on without one', async () => {
    const { page, faults } = await open(`${server().url}/?ticket=v1.e30.forged`);
    await page.locator('#connection[data-state="closed"]').waitFor();
    expect(await page.textContent('#connection-state')).toMatch(/^lost: bad credentials/);
    expect(await page.textContent('#identity')).toBe('not connected');
    await page.locator('#outage').getByText('good for one connection').waitFor();
    await page.getByRole('button', { name: 'Go on without one' }).click();
    await new LivePage(page).is('anonymous');
    expect(faults).toEqual([]);
  });

  it('with a ticket that was used says so', async () => {
    const ticket = server().ticket('5', ['7']);
    await (await visit(`/?ticket=${ticket}`)).is('user 5');
    const { page } = await open(`${server().url}/?ticket=${ticket}`);
    await page.locator('#connection[data-state="closed"]').waitFor();
    await page
      .locator('#outage')
      .getByText(/the ticket was used already/)
      .waitFor();
  });

  it('under a name that is not listed says what to add to origins', async () => {
    const origin = `http://app.test:${server().port}`;
    const { page } = await open(origin);
    await page.locator('#connection').getByText(`unless origins in signalbox.yml lists ${origin}`).waitFor();
  });

  it('shows hostile payloads as text', async () => {
    const live = await visit();
    for (const text of HOSTILE) await post('demo/lobby', { [text]: text });
    await until(async () => (await live.log.count()) === HOSTILE.length);
    const shown = await live.log.locator('pre').allTextContents();
    const read = shown.map((text) => JSON.parse(text) as unknown);
    expect(read).toEqual(
      HOSTILE.map((text) => JSON.parse(`{${JSON.stringify(text)}: ${JSON.stringify(text)}}`)).reverse(),
    );
    expect(await elementNames(live)).toEqual(['CODE', 'LI', 'P', 'PRE', 'TIME']);
  });

  it('shows hostile channel names as text, refused or not', async () => {
    const live = await visit();
    for (const text of HOSTILE) {
      await live.enterChannel(`wild/${text}`);
      await live.enterChannel(text);
    }
    await live.settled();
    for (const text of HOSTILE) await post(`wild/${text}`, 1);
    await until(async () => (await live.log.count()) === HOSTILE.length);
    const wild = HOSTILE.map((text) => `wild/${text}`);
    expect(await live.log.locator('code').allTextContents()).toEqual(wild.toReversed());
    const listed = await live.page.locator('#channels > li > .line code').allTextContents();
    expect(listed.toSorted()).toEqual([...HOSTILE, ...wild, 'demo/lobby'].toSorted());
    expect(await live.page.locator('#channels .refusal:visible').count()).toBe(HOSTILE.length);
    expect(await elementNames(live)).toEqual(['CODE', 'LI', 'P', 'PRE', 'TIME']);
  });

  it.each([360, 1280])('at %i px has nothing to scroll sideways to', async (width) => {
    const live = await visit('/', { viewport: { width, height: 740 } });
    const long = `wild/${'a-long-name-without-a-break'.repeat(7)}`;
    await live.subscribe(long);
    await live.subscribe('x'.repeat(250));
    await post(long, { text: 'y'.repeat(400), lines: Array(30).fill('a line of text') });
    await live.publish('demo/lobby', JSON.stringify('z'.repeat(400)));
    await until(async () => (await live.log.count()) === 2);
    expect(await live.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  it('keeps the newest 200 messages', async () => {
    const live = await visit();
    const messages = Array.from({ length: 205 }, (_, index) => ({
      channel: 'demo/lobby',
      payload: index + 1,
    }));
    await fetch(`${server().url}/api/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages }),
    });
    await live.log.getByText('205', { exact: true }).waitFor();
    expect(await live.log.locator('pre').allTextContents()).toEqual(
      Array.from({ length: 200 }, (_, index) => String(205 - index)),
    );
    expect(await live.page.textContent('#log-count')).toBe('newest 200 of 205');
  });

  describe('has commands to copy', () => {
    const PAYLOAD = `{"text": "it's \\"quoted\\" $HOME", "n": [1, {}]}`;
    const SHOWN = `{ "text": "it's \\"quoted\\" $HOME", "n": [1, {}] }`;

    async function copied(id: string): Promise<{ live: LivePage; text: string }> {
      const live = await visit('/', { permissions: ['clipboard-read', 'clipboard-write'] });
      await live.page.getByLabel('Message, as JSON').fill(PAYLOAD);
      await live.page.locator(`[data-copy="${id}"]`).click();
      await live.page.locator(`[data-copy="${id}"]`).getByText('Copied').waitFor();
      return { live, text: await live.page.evaluate('navigator.clipboard.readText()') };
    }

    it('for a shell', async () => {
      const { live, text } = await copied('command-shell');
      expect(text).toMatch(/^npx signalbox publish demo\/lobby /);
      expect(await run('sh', ['-c', text.replace('npx signalbox', 'node bin/signalbox.js')])).toMatchObject({
        code: 0,
      });
      await live.log.getByText(SHOWN).waitFor();
    });

    it('for a shell, to the channel of one’s own', async () => {
      const live = await visit('/', { permissions: ['clipboard-read', 'clipboard-write'] });
      await live.become('User 5');
      await live.page.locator('[data-copy="command-own"]').click();
      await live.page.locator('[data-copy="command-own"]').getByText('Copied').waitFor();
      const text = String(await live.page.evaluate('navigator.clipboard.readText()'));
      expect(await run('sh', ['-c', text.replace('npx signalbox', 'node bin/signalbox.js')])).toMatchObject({
        code: 0,
      });
      await live.log.getByText('{ "hasNewEmail": true }').waitFor();
    });

    it.skipIf(!curl)('for curl', async () => {
      const { live, text } = await copied('command-curl');
      expect(await run('sh', ['-c', text])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('"id":"'),
      });
      await live.log.getByText(SHOWN).waitFor();
    });

    it.skipIf(!php)('for PHP', async () => {
      const { live, text } = await copied('command-php');
      const { stdout } = await run('php', [], { stdin: text });
      expect(JSON.parse(stdout)).toMatchObject({ channel: 'demo/lobby' });
      await live.log.getByText(SHOWN).waitFor();
    });

    it('also where there is no clipboard', async () => {
      const { page } = await visit();
      await page.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })');
      await page.locator('[data-copy="command-shell"]').click();
      await page.locator('[data-copy="command-shell"]').getByText('Copied').waitFor();
      expect(await page.evaluate('getSelection().toString()')).toMatch(/^npx signalbox publish demo\/lobby /);
    });
  });
});

describe.skipIf(chromium === undefined)('the page at / of a server in earnest', { timeout: 60_000 }, () => {
  const server = useServer({ config: `${folder}/signalbox.yml`, args: ['--development', 'false'] });
  const open = useBrowser(chromium);

  it('has no login, and says how to get a ticket', async () => {
    const { page, faults } = await open(server().url);
    const live = new LivePage(page);
    await live.settled();
    expect(await page.getByRole('button', { name: /^User 5/ }).isVisible()).toBe(false);
    expect(await page.locator('#mode').isVisible()).toBe(false);
    expect(await page.textContent('#command-ticket')).toBe('npx signalbox token --user 5 --org 7');
    await page.getByLabel('Ticket').fill(server().ticket('5', ['7']));
    await page.keyboard.press('Enter');
    await live.is('user 5');
    expect(await live.channel('oro/email_event/5/7').getAttribute('data-state')).toBe('open');
    expect(await page.getByRole('button', { name: 'Renew' }).isVisible()).toBe(false);

    await page.getByRole('button', { name: 'Try that of user 6' }).click();
    const refusal = live.channel('oro/email_event/6/8').locator('.refusal');
    await refusal.getByText('forbidden').waitFor();
    expect(await refusal.locator('.hint').textContent()).toMatch(/explain/);
    expect(await refusal.locator('.why').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it('makes no tickets for strangers', async () => {
    const response = await fetch(`${server().url}/dev/tickets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"user":"5"}',
    });
    expect(response.status).toBe(404);
  });
});

describe.skipIf(chromium === undefined)('the page at / of this repository', { timeout: 60_000 }, () => {
  const open = useBrowser(chromium);

  it('can be read before the first ping, and recovers with its subscriptions from a server that was killed', async () => {
    const args = ['--port', String(await freePort())];
    let server = await ServerProcess.start({ args });
    onTestFinished(() => server.stop());
    const { page, faults } = await open(server.url);
    const live = new LivePage(page);
    await live.settled();
    expect(await page.textContent('#ping-state')).toBe('subscribed, next within 50 s');
    await live.subscribe('oro/data/update');
    const session = await page.textContent('#session');
    expect(faults).toEqual([]);

    await server.stop();
    await page.locator('#connection[data-state="waiting"]').waitFor();
    await live.connection.getByText('reconnecting: the server does not answer').waitFor();
    expect(await live.channel('oro/data/update').textContent()).toContain('waiting for the connection');
    expect(await page.textContent('#ping-state')).toBe('waiting for the connection');
    await live.connection.getByText(/^in \d+ s$/).waitFor();
    await live.publish('demo/lobby', '"kept until there is a connection"');

    server = await ServerProcess.start({ args });
    await page
      .getByRole('button', { name: 'Connect now' })
      .click()
      .catch(() => undefined);
    await live.settled();
    await live.log.getByText('"kept until there is a connection"').waitFor();
    expect((await server.publish('oro/data/update', 'after')).status).toBe(200);
    await live.log.getByText('"after"').waitFor();
    expect(await live.log.count()).toBe(2);
    expect(await live.channel('oro/data/update').getAttribute('data-state')).toBe('open');
    expect(await page.textContent('#session')).not.toBe(session);
    expect(faults.filter((fault) => !fault.startsWith('WebSocket connection to'))).toEqual([]);
  });
});

/** Of what messages and channels were made. */
function elementNames({ page }: LivePage): Promise<string[]> {
  return page.evaluate(
    '[...new Set([...document.querySelectorAll("#log *")].map((element) => element.tagName))].sort()',
  );
}
