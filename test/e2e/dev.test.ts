import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { makeFolder } from '../support/folder.js';
import { ServerProcess } from '../support/server.js';
import { eventually, until } from '../support/until.js';
import { Wamp2TestPeer } from '../support/wamp2-peer.js';

const ROUTE =
  "room: { channel: 'room/{n}', handler: broadcast, access: { subscribe: anyone, publish: anyone } }\n";
const WRONG = ROUTE.replace('channel', 'chanel');
const TOPIC = (word: string) => `
export class Echo {
  static handler = 'echo';
  onPublish(session, topic) {
    return topic.broadcast('${word}');
  }
}
`;
const chromium = findChromium();

async function develop(more = '') {
  const folder = makeFolder({
    'signalbox.yml':
      'access: { subscribe: anyone, publish: anyone }\nrouting: routes.yml\ntopics: { handlers: topics }\n' +
      more,
    'pages/index.html': '<!doctype html><title>Own</title><p>mine</p>\n',
    'routes.yml': `${ROUTE}echo: { channel: 'echo', handler: echo }\n`,
    'topics/echo.ts': TOPIC('before'),
  });
  const server = await ServerProcess.start({ config: join(folder, 'signalbox.yml'), verb: 'dev' });
  onTestFinished(() => server.stop());
  return { server, write: (name: string, text: string) => writeFileSync(join(folder, name), text) };
}

describe('signalbox dev', () => {
  const open = useBrowser(chromium);

  it('takes a route and a handler over as they are saved', async () => {
    const { server, write } = await develop();
    expect((await server.publish('other/1', 1)).status).toBe(404);
    write(
      'routes.yml',
      `${ROUTE}echo: { channel: 'echo', handler: echo }\nother: { channel: 'other/{n}', handler: broadcast }\n`,
    );
    await eventually(async () => expect((await server.publish('other/1', 1)).status).toBe(200));
    write('topics/echo.ts', TOPIC('after'));
    const peer = await Wamp2TestPeer.connect(server.webSocketUrl(), 'json');
    onTestFinished(() => peer.vanish());
    await peer.subscribe('echo');
    await until(async () => (await server.publish('echo', 1)) && peer.received('echo').includes('after'));
  });

  it.skipIf(chromium === undefined)(
    'shows in the page what is wrong, as text, until it is right',
    async () => {
      const { server, write } = await develop();
      const { page, faults } = await open(server.url);
      const alert = page.getByRole('alert', { name: 'signalbox: what is wrong' });
      write('routes.yml', `${WRONG}"<img src=x onerror=alert(1)>": {}\n`);
      await alert.waitFor();
      expect(await alert.textContent()).toContain('did you mean "channel"?');
      expect(await alert.locator('img').count()).toBe(0);
      expect((await server.publish('room/1', 'on as before')).status).toBe(200);
      write('routes.yml', ROUTE);
      await alert.waitFor({ state: 'detached' });
      expect(faults).toEqual([]);
    },
  );

  it.skipIf(chromium === undefined)(
    "shows it in the application's own pages, of a handler, too",
    async () => {
      const { server, write } = await develop('pages: pages\n');
      const { page } = await open(server.url);
      const alert = page.getByRole('alert', { name: 'signalbox: what is wrong' });
      write('topics/echo.ts', 'export class Echo {');
      await alert.waitFor();
      expect(await alert.textContent()).toContain('echo.ts');
      write('topics/echo.ts', TOPIC('right'));
      await alert.waitFor({ state: 'detached' });
      expect(await page.locator('p').textContent()).toBe('mine');
    },
  );

  it.skipIf(chromium === undefined)(
    'loads a page again that has changed, or a part of it, and goes on showing what is wrong',
    async () => {
      const { server, write } = await develop('pages: pages\n');
      const { page } = await open(server.url);
      const alert = page.getByRole('alert', { name: 'signalbox: what is wrong' });
      // A change before the page listens is one that it has.
      const listening = page.waitForResponse((response) => response.url().endsWith('/dev/events'));
      await page.reload();
      await listening;
      write(
        'pages/index.html',
        '<!doctype html><title>Own</title><link rel="stylesheet" href="own.css"><p>yours</p>\n',
      );
      await page.getByText('yours').waitFor();
      write('topics/echo.mjs', 'export class Echo {');
      await alert.waitFor();
      expect(await alert.textContent()).toMatch(/Unexpected token \(at .*topics\/echo\.mjs:1:20\)/);
      write('pages/own.css', 'p { color: rgb(1, 2, 3) }');
      await page.waitForFunction("getComputedStyle(document.querySelector('p')).color === 'rgb(1, 2, 3)'");
      await alert.waitFor();
    },
  );

  it('takes over a module that a handler imports from elsewhere', async () => {
    const { server, write } = await develop();
    const peer = await Wamp2TestPeer.connect(server.webSocketUrl(), 'json');
    onTestFinished(() => peer.vanish());
    await peer.subscribe('echo');
    const word = (text: string) => write('word.mjs', `export const word = '${text}';`);
    word('one');
    write(
      'topics/echo.ts',
      `import { word } from '../word.mjs';\n${TOPIC('').replace("broadcast('')", 'broadcast(word)')}`,
    );
    for (const text of ['one', 'two', 'three']) {
      word(text);
      await until(async () => (await server.publish('echo', 1)) && peer.received('echo').includes(text));
    }
  });

  it('serves nothing of it otherwise', async () => {
    const folder = makeFolder({
      'signalbox.yml': 'development: true\nrouting: routes.yml\npages: pages\n',
      'pages/index.html': '<!doctype html><title>Own</title>',
      'routes.yml': ROUTE,
    });
    const server = await ServerProcess.start({ config: join(folder, 'signalbox.yml') });
    onTestFinished(() => server.stop());
    for (const path of ['/dev.js', '/dev/events']) expect((await fetch(server.url + path)).status).toBe(404);
    expect(await (await fetch(server.url)).text()).toBe('<!doctype html><title>Own</title>');
  });
});
