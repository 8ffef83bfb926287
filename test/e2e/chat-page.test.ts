import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { ChatPage } from '../support/chat-page.js';
import { findChromium } from '../support/chromium.js';
import { testFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { ServerProcess } from '../support/server.js';
import { eventually } from '../support/until.js';
import { useNewServer } from '../support/use-server.js';

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '</p></li></ol><h1>gone</h1>',
  '<style>*{display:none}</style>',
  '<a href="javascript:alert(1)" id=feed>click</a>',
  '&lt;b&gt;&#x3c;img src=x onerror=alert(1)&#x3e;',
  '__proto__',
  'x'.repeat(3000),
];

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the chat page', { timeout: 60_000 }, () => {
  const server = useNewServer();
  const open = useBrowser(chromium);

  /** The page in the first room, which has to stay without faults till the end of the test. */
  async function visit(
    user?: Parameters<ChatPage['become']>[0],
    options: BrowserContextOptions = {},
  ): Promise<ChatPage> {
    const { page, faults } = await open(`${server().url}/chat.html`, options);
    onTestFinished(() => expect(faults).toEqual([]));
    const chat = new ChatPage(page);
    await chat.connected();
    await chat.members.first().waitFor();
    if (user !== undefined) await chat.become(user);
    return chat;
  }

  it('shows two people what each says, and who comes and goes', async () => {
    const [ann, ben] = [await visit('ann'), await visit('ben')];
    await ann.say('Good morning');
    await ben.hears('Good morning');
    await ben.say('Good morning to you');
    await ann.hears('Good morning to you');
    expect(await ben.said.allTextContents()).toEqual(['Good morning', 'Good morning to you']);
    await eventually(async () => expect(await ann.members.allTextContents()).toEqual(['ann', 'ben']));
    await ben.page.close();
    await ann.news.getByText(/^ben has left/).waitFor();
    expect(await ann.members.allTextContents()).toEqual(['ann']);
  });

  it('counts somebody with two windows once', async () => {
    const [ann, first] = [await visit('ann'), await visit('ben')];
    const second = await visit('ben');
    await first.page.close();
    await second.say('still here');
    await ann.hears('still here');
    expect(await ann.news.getByText(/^ben has left/).count()).toBe(0);
    expect(await ann.page.textContent('#members-title')).toBe('2 members');
  });

  it('has several rooms at once, counts what is not read, and forgets a room that one leaves', async () => {
    const [ann, ben] = [await visit('ann'), await visit('ben')];
    await ann.show('General Chat');
    await ben.say('to the lobby');
    await ann.talks('rooms').getByText('1', { exact: true }).waitFor();
    await ann.show('Lobby 1');
    await ann.hears('to the lobby');
    await ann.page.getByRole('button', { name: 'Leave' }).click();
    await ben.news.getByText(/^ann has left/).waitFor();
    expect(await ann.page.textContent('#talk-title')).toBe('No room yet');
  });

  it('is in the rooms again that it was in before it was loaded anew', async () => {
    const ann = await visit('ann');
    await ann.show('General Chat');
    await ann.page.reload();
    await ann.members.getByText('ann', { exact: true }).waitFor();
    await eventually(async () => {
      expect(await ann.page.locator('#rooms [data-entered="true"]').count()).toBe(2);
    });
  });

  it('lists the rooms that one may enter', async () => {
    const [guest, sue] = [await visit(), await visit('sue')];
    await guest.talks('rooms').first().waitFor();
    expect(await guest.talks('rooms').allTextContents()).toEqual(['Lobby 1', 'General Chat']);
    await sue.show('Staff');
    await sue.members.getByText('sue', { exact: true }).waitFor();
    expect(await sue.members.allTextContents()).toEqual(['sue']);
  });

  it('lets users write in private, and keeps guests out of it', async () => {
    const [ann, ben, guest] = [await visit('ann'), await visit('ben'), await visit()];
    await ann.members.getByText('ben', { exact: true }).waitFor();
    await ann.page.getByRole('button', { name: 'Write to ben in private' }).click();
    await ann.say('psst');
    await ann.hears('psst');
    await ben.show('ann');
    await ben.hears('psst');
    await ben.say('yes?');
    await ann.hears('yes?');
    expect(await guest.page.getByRole('button', { name: /in private/ }).count()).toBe(0);
    expect(await guest.said.count()).toBe(0);
  });

  it('shows announcements to everybody, and lets some make them', async () => {
    const [ann, adam] = [await visit('ann'), await visit('adam')];
    expect(await ann.page.locator('#announce').isVisible()).toBe(false);
    await adam.page.getByLabel('Announce in all rooms').fill('Back in five minutes');
    await adam.page.getByRole('button', { name: 'Announce' }).click();
    for (const { page } of [ann, adam]) {
      await page.locator('#feed li[data-type="announcement"]').getByText('Back in five minutes').waitFor();
      await page.locator('#announced').getByText('Back in five minutes').waitFor();
    }
    expect((await server().publish('chat/announcements', 'from a back end')).status).toBe(200);
    await ann.hears('from a back end');
  });

  it('shows hostile texts as they are', async () => {
    const [ann, ben] = [await visit('ann'), await visit('ben')];
    for (const text of HOSTILE) await ann.say(text);
    await ben.hears(HOSTILE.at(-1) as string);
    expect(await ben.said.allTextContents()).toEqual(HOSTILE);
    expect(await ben.page.locator('h1').allTextContents()).toEqual(['Chat']);
  });

  it('says what is refused, where it was said', async () => {
    const ann = await visit('ann');
    await ann.page.locator('#say-text').evaluate((element) => element.removeAttribute('maxlength'));
    await ann.say('x'.repeat(4001));
    await ann.page.locator('#talk-refusal').getByText('at most 4000 characters').waitFor();
    expect(await ann.page.inputValue('#say-text')).toHaveLength(4001);
  });

  describe('with a log', () => {
    /** Answers as `GET /api/log` does, from 120 messages of yesterday. */
    async function keepLog({ page }: ChatPage): Promise<URLSearchParams[]> {
      const asked: URLSearchParams[] = [];
      const yesterday = Date.now() - 86_400_000;
      const log = Array.from({ length: 120 }, (_, index) => {
        const text = index % 40 === 7 ? `the minutes, part ${index}` : `line ${index}`;
        const from = { id: 'sue', name: 'sue' };
        return { key: index + 1, payload: { type: 'message', from, text, time: yesterday + index * 1000 } };
      });
      await page.route('**/api/log?*', async (route) => {
        const query = new URL(route.request().url()).searchParams;
        asked.push(query);
        const before = Number(query.get('before') ?? 1e9);
        const fit = log.filter(
          ({ key, payload }) => key < before && payload.text.includes(query.get('q') ?? ''),
        );
        const messages = fit.slice(-Number(query.get('limit')));
        const next = messages.length < fit.length ? messages[0]?.key : undefined;
        await route.fulfill({ json: { messages, next } });
      });
      return asked;
    }

    it('shows what was said before, and what was said before that', async () => {
      const chat = await visit();
      await keepLog(chat);
      await chat.become('ann');
      await chat.hears('line 119');
      expect(await chat.said.count()).toBe(50);
      await chat.page.getByRole('button', { name: 'Earlier' }).click();
      await chat.hears('line 20');
      await chat.page.getByRole('button', { name: 'Earlier' }).click();
      await chat.hears('line 0');
      expect(await chat.said.count()).toBe(120);
      expect(await chat.page.getByRole('button', { name: 'Earlier' }).count()).toBe(0);
      expect(await chat.said.first().textContent()).toBe('line 0');
      await chat.say('and now');
      await chat.hears('and now');
      expect(await chat.said.last().textContent()).toBe('and now');
    });

    it('finds what was said, and goes back to the room', async () => {
      const chat = await visit();
      const asked = await keepLog(chat);
      await chat.become('ann');
      await chat.page.getByLabel('Search what was said').fill('minutes');
      await chat.page.getByRole('button', { name: 'Search' }).click();
      await chat.hears('the minutes, part 7');
      expect(await chat.said.allTextContents()).toEqual(
        [7, 47, 87].map((part) => `the minutes, part ${part}`),
      );
      expect(asked.at(-1)?.get('channel')).toBe('chat/room/1');
      await chat.page.getByLabel('Search what was said').fill('');
      await chat.page.getByLabel('On the day').fill('2026-11-27');
      await chat.page.getByRole('button', { name: 'Search' }).click();
      await eventually(() => {
        const [from, until] = ['from', 'until'].map((name) => Number(asked.at(-1)?.get(name)));
        expect((until ?? 0) - (from ?? 0)).toBe(86_400_000);
      });
      await chat.page.getByRole('button', { name: 'Back' }).click();
      await chat.hears('line 119');
    });
  });

  it('takes a name and a password, and says when they are wrong', async () => {
    const { page, faults } = await open(`${server().url}/chat.html`);
    const chat = new ChatPage(page);
    await chat.connected();
    await page.locator('#somebody > summary').click();
    const logIn = async (password: string) => {
      await page.getByLabel('Name').fill('guest');
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Log in' }).click();
    };
    await logIn('wrong');
    await page.locator('#login-refusal').getByText('unauthorized').waitFor();
    expect(faults).toEqual([expect.stringContaining('401')]);
    await logIn('guest');
    await page.locator('#me').getByText('guest', { exact: true }).waitFor();
    await chat.members.getByText('guest', { exact: true }).waitFor();
  });

  it('fits on a small screen', async () => {
    const ann = await visit('ann', PHONE);
    await ann.say(`a word ${'x'.repeat(300)}`);
    await ann.said.last().waitFor();
    expect(await ann.page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('can be used by keyboard alone', async () => {
    const { page } = await visit('ann');
    await page.locator('#rooms .open').nth(1).focus();
    await page.keyboard.press('Enter');
    await page.locator('#talk-title').getByText('General Chat').waitFor();
    await page.keyboard.type('typed blind');
    await page.keyboard.press('Enter');
    await page.locator('#feed .text').getByText('typed blind').waitFor();
  });
});

describe.skipIf(chromium === undefined)('the chat page and a server that dies', { timeout: 60_000 }, () => {
  const open = useBrowser(chromium);

  it('says so, keeps what is written meanwhile, and is in its rooms again with the next server', async () => {
    const env = { SIGNALBOX_STORE_PATH: join(testFolder({}), 'store.db') };
    const args = ['--port', String(await freePort())];
    let server = await ServerProcess.start({ env, args });
    onTestFinished(() => server.stop());
    const { page } = await open(`${server.url}/chat.html`);
    const chat = new ChatPage(page);
    await chat.become('ann');
    await chat.say('before');
    await chat.hears('before');
    await server.stop();
    await page.locator('#connection[data-state="waiting"]').waitFor();
    await page.getByText('what you write is sent as soon as there is one').waitFor();
    await chat.say('meanwhile');

    server = await ServerProcess.start({ env, args });
    await page
      .getByRole('button', { name: 'Connect now' })
      .click()
      .catch(() => undefined);
    await chat.hears('meanwhile');
    expect(await chat.said.allTextContents()).toEqual(['before', 'meanwhile']);
    await eventually(async () => expect(await chat.members.allTextContents()).toEqual(['ann']));

    const later = new ChatPage((await open(`${server.url}/chat.html`)).page);
    await later.become('ben');
    await later.page.getByLabel('Search what was said').fill('befo');
    await later.page.getByRole('button', { name: 'Search' }).click();
    await later.hears('before');
    expect(await later.said.allTextContents()).toEqual(['before']);
  });
});
