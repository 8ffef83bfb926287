import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { ADMIN_KEY, useMockAdmin } from './mock-admin.js';
import { HOSTILE, publicationRow } from './mock-answers.js';
import { goTo, signIn } from './signed-in.js';

const chromium = findChromium();
const mock = useMockAdmin();
const open = useBrowser(chromium);

const CHANNEL = 'channels/chat/room/1';

/** What is shown, as a reader takes it in. */
async function shown(page: Page): Promise<string> {
  return (await page.locator('main').textContent()) ?? '';
}

/** Until the page listens to the channel that it shows. */
async function tailing(page: Page): Promise<void> {
  await page.getByText('listening').waitFor();
}

function reading(): void {
  mock().mode = 'read';
  onTestFinished(() => {
    mock().mode = 'full';
  });
}

describe.skipIf(chromium === undefined)('the door', () => {
  it('does not open for a wrong key, and says what helps', async () => {
    const { page } = await open(mock().url);
    await page.getByLabel('Admin key').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('the key is not known').waitFor();
    await page.getByText('compare it with admin.key').waitFor();
    await expect(page.getByRole('navigation').count()).resolves.toBe(0);
  });

  it('opens for the key, which the tab keeps until one signs out', async () => {
    const { page, faults } = await signIn(open, mock().url, ADMIN_KEY);
    await page.reload();
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin key').waitFor();
    await page.reload();
    await page.getByLabel('Admin key').waitFor();
    await expect(
      page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })'),
    ).resolves.not.toContain(ADMIN_KEY);
    expect(faults).toEqual([]);
  });

  it('is shown again when the key is refused later', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await page.evaluate("sessionStorage.setItem('signalbox.admin.key', 'withdrawn')");
    await page.reload();
    await page.getByText('the key is not known').waitFor();
    await page.getByLabel('Admin key').waitFor();
  });
});

describe.skipIf(chromium === undefined)('the colours', () => {
  it('are those of the system until another choice, which lasts', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY, { colorScheme: 'dark' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await ground();
    await page.getByRole('button', { name: 'Colours: system' }).click();
    await page.getByRole('button', { name: 'Colours: light' }).waitFor();
    expect(await ground()).not.toBe(dark);
    await page.reload();
    await page.getByRole('button', { name: 'Colours: light' }).click();
    await page.getByRole('button', { name: 'Colours: dark' }).waitFor();
    expect(await ground()).toBe(dark);
  });
});

describe.skipIf(chromium === undefined)('what peers choose', () => {
  it('never runs, and cannot be mistaken for something else', { timeout: 60_000 }, async () => {
    const { page, faults } = await signIn(open, mock().url, ADMIN_KEY);
    for (const [place, title] of [
      ['sessions', 'Sessions'],
      ['channels', 'Channels'],
      ['refusals', 'Refusals'],
    ] as const) {
      await goTo(page, place, title);
      const text = await shown(page);
      expect(text).toContain('user\\u202egnp.exe');
      for (const unseen of ['\u202e', '\u200b', '\u001b']) expect(text).not.toContain(unseen);
    }
    for (const name of Object.values(HOSTILE)) {
      await goTo(page, 'channels', 'Channels');
      await page.getByRole('link', { name: 'hostile/' }).nth(Object.values(HOSTILE).indexOf(name)).click();
      await tailing(page);
      mock().send(
        'publication',
        {
          ...publicationRow(300, { [name]: name }),
          channel: name,
          route: name,
          id: name,
          publisher: { user: name },
        },
        'tail',
      );
      await page.getByRole('button', { name: /^Details of publication/ }).click();
      expect(await shown(page)).toContain('"');
    }
    await goTo(page, 'sessions/s000001', 'Session s000001');
    await page.getByRole('button', { name: 'Disconnect the user' }).click();
    await expect(
      page.evaluate("document.querySelectorAll('img, main script, iframe, [onerror]').length"),
    ).resolves.toBe(0);
    await expect(
      page.evaluate("[...document.links].filter(({ protocol }) => protocol === 'javascript:').length"),
    ).resolves.toBe(0);
    expect(faults).toEqual([]);
  });

  it('is cut where it is long, until one asks for more', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, CHANNEL, 'chat/room/1');
    await tailing(page);
    mock().send('publication', publicationRow(300, `${'x'.repeat(15_000)}END`), 'tail');
    await page.getByRole('button', { name: /^Details of publication/ }).click();
    expect(await shown(page)).not.toContain('END');
    await page.getByRole('button', { name: 'Show more (5003 characters)' }).click();
    expect(await shown(page)).toContain('END');
  });

  it('is not shown where payloads are hidden', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, CHANNEL, 'chat/room/1');
    await tailing(page);
    mock().send(
      'publication',
      { ...publicationRow(300, null), payload: undefined, omitted: 'hidden' },
      'tail',
    );
    await page.getByRole('button', { name: /^Details of publication/ }).click();
    await page.getByText('Payloads are not shown here: admin.payloads is hidden.').waitFor();
  });
});

describe.skipIf(chromium === undefined)('a tail', () => {
  it('keeps 200 rows, however much is published, and tells what was left out', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, CHANNEL, 'chat/room/1');
    await tailing(page);
    for (let offset = 1; offset <= 600; offset++) {
      mock().send('publication', publicationRow(offset), 'tail');
      if (offset % 150 === 0) await page.getByText(`${offset} seen`).waitFor();
    }
    mock().send('dropped', { count: 40 }, 'tail');
    await page.getByText('600 seen, 40 left out').waitFor();
    const rows = page.locator('tbody tr');
    await expect(rows.count()).resolves.toBe(200);
    await expect(rows.first().textContent()).resolves.toContain('message 600');
    await expect(rows.last().textContent()).resolves.toContain('message 401');
  });

  it('stands still while one reads, and goes on with what came meanwhile', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, CHANNEL, 'chat/room/1');
    await tailing(page);
    mock().send('publication', publicationRow(1), 'tail');
    await page.getByText('message 1').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    for (let offset = 2; offset <= 11; offset++) mock().send('publication', publicationRow(offset), 'tail');
    await page.getByText('1 seen, 10 waiting').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('11 seen').waitFor();
    await expect(page.locator('tbody tr').count()).resolves.toBe(11);
  });
});

describe.skipIf(chromium === undefined)('a history', () => {
  it('is read back to what is oldest, and forward again', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, `${CHANNEL}?part=history`, 'chat/room/1');
    await page.getByText('offsets 261–310').waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('offsets 211–260').waitFor();
    await page.getByRole('button', { name: 'Newer' }).click();
    await page.getByText('offsets 261–310').waitFor();
  });

  it('is played again', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, `${CHANNEL}?part=history`, 'chat/room/1');
    await page.getByText('Replay', { exact: true }).click();
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByText('the end, after 10').waitFor();
  });
});

describe.skipIf(chromium === undefined)('an operator', () => {
  it('disconnects a session after a question', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, 'sessions/s000001', 'Session s000001');
    await page.getByRole('button', { name: 'Disconnect', exact: true }).click();
    await page.getByLabel('Reason, which the client is told').first().fill('maintenance');
    await page.getByLabel('Its client may come back by itself').first().check();
    await page.locator('dialog[open]').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('disconnected', { exact: true }).waitFor();
    expect(mock().posted.at(-1)).toEqual({
      path: 'disconnect',
      body: { session: 's000001', reconnect: true, reason: 'maintenance' },
    });
  });

  it('publishes, subscribes and asks as somebody', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, 'console?channel=chat/room/1&as=user+5', 'Console');
    await page.getByLabel('Roles, with commas').fill('users, staff');
    const as = { kind: 'user', id: '5', roles: ['users', 'staff'], organizations: [] };
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('Refused', { exact: true }).waitFor();
    expect(mock().posted.at(-1)).toEqual({
      path: 'explain',
      body: { operation: 'subscribe', channel: 'chat/room/1', as },
    });
    await page.getByLabel('Payload, as JSON').fill('{"a":');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('the payload is not JSON').waitFor();
    await page.getByLabel('Payload, as JSON').fill('{"a": 1}');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('published as 77, offset 311').waitFor();
    expect(mock().posted.at(-1)).toEqual({
      path: 'publish',
      body: { channel: 'chat/room/1', payload: { a: 1 }, as },
    });
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('joined, recovered: false').waitFor();
    mock().send('publication', publicationRow(4), 'as');
    await page.getByText('1 received').waitFor();
  });

  it('who may only look finds nothing to act with', async () => {
    reading();
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, 'sessions/s000001', 'Session s000001');
    await expect(page.getByRole('button', { name: 'Disconnect' }).count()).resolves.toBe(0);
    await goTo(page, `${CHANNEL}?part=history`, 'chat/room/1');
    await expect(page.getByText('Replay').count()).resolves.toBe(0);
    await goTo(page, 'console', 'Console');
    await page.getByRole('button', { name: 'Explain' }).waitFor();
    await expect(page.getByRole('button', { name: 'Publish' }).count()).resolves.toBe(0);
    await expect(page.getByRole('button', { name: 'Subscribe' }).count()).resolves.toBe(0);
  });
});

describe.skipIf(chromium === undefined)('a lost connection', () => {
  it('is told, tried again, and is over when the server is back', { timeout: 60_000 }, async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    const { port } = mock();
    await mock().stop();
    await page.getByText('Connection lost.').waitFor();
    await page.getByText('What is shown may be old.').waitFor();
    await mock().listen(port);
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('live', { exact: true }).waitFor();
    await expect(page.getByText('Connection lost.').count()).resolves.toBe(0);
  });

  it('that falls silent is given up, and taken up again', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await page.clock.install();
    await page.reload();
    await page.getByText('live', { exact: true }).waitFor();
    await goTo(page, CHANNEL, 'chat/room/1');
    await tailing(page);
    mock().isSilent = true;
    onTestFinished(() => {
      mock().isSilent = false;
    });
    await page.clock.fastForward(9_000);
    await page.getByText('the server has fallen silent').waitFor();
    mock().isSilent = false;
    await page.clock.fastForward(3_000);
    await page.getByText('live', { exact: true }).waitFor();
    await tailing(page);
    mock().send('publication', publicationRow(1), 'tail');
    await page.getByText('message 1').waitFor();
  });

  it('that was ended for another operator says so, and does not end that one in turn', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, CHANNEL, 'chat/room/1');
    await tailing(page);
    await page.clock.install();
    mock().endOldest();
    await page.getByText('Not live.').waitFor();
    await page.getByText('another operator came').first().waitFor();
    await page.getByText('set admin.streams higher').first().waitFor();
    await page.getByText('not listening').waitFor();
    await page.clock.fastForward(60_000);
    await expect(page.getByText('Next try').count()).resolves.toBe(0);
    await page.getByText('Not live.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await tailing(page);
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('live', { exact: true }).waitFor();
  });
});
