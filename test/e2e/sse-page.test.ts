import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { Cutter } from '../support/cutter.js';
import { makeFolder } from '../support/folder.js';
import { ForeignSite } from '../support/foreign-site.js';
import { ServerProcess } from '../support/server.js';

const chromium = findChromium();

const FILES = {
  'signalbox.yml': 'routing: routing\naccess: { subscribe: anyone, publish: backend }\n',
  'routing/routes.yml': `
news: { channel: 'news/{id}', handler: broadcast, history: { size: 10 } }
open: { channel: 'open/{id}', handler: broadcast, access: { publish: user } }
secret: { channel: 'secret', handler: broadcast, access: { subscribe: ROLE_X } }
`,
};

/** Listens, and keeps what comes. */
const listen = (url: string) => `<script>
  window.heard = []; window.recovered = []; window.opened = 0; window.lost = 0;
  window.source = new EventSource('${url}');
  source.onopen = () => window.opened++;
  source.onerror = () => window.lost++;
  source.onmessage = ({ data, lastEventId }) => heard.push(JSON.parse(data));
  source.addEventListener('recovered', ({ data }) => recovered.push(JSON.parse(data)));
</script>`;

describe.skipIf(chromium === undefined)(
  'EventSource on a page of another origin',
  { timeout: 60_000 },
  () => {
    const open = useBrowser(chromium);
    let site: ForeignSite;
    let stranger: ForeignSite;
    let server: ServerProcess;
    let config: string;

    const start = () => ServerProcess.start({ config, env: { SIGNALBOX_ORIGINS: site.origin } });

    beforeAll(async () => {
      config = `${makeFolder(FILES)}/signalbox.yml`;
      [site, stranger] = await Promise.all([ForeignSite.start(), ForeignSite.start()]);
      server = await start();
    });
    afterAll(async () => {
      for (const one of [site, stranger]) one.stop();
      await server.stop();
    });

    it('comes back after a cut with its last id, and gets exactly what it missed', async () => {
      const cutter = await Cutter.start(() => server.port);
      const { page } = await open(site.serve(listen(`${cutter.url}/sse?channel=news/1&channel=news/2`)));
      await page.waitForFunction('opened === 1');
      await server.publish('news/1', 1);
      await page.waitForFunction('heard.length === 1');
      cutter.isDown = true;
      cutter.cut();
      await page.waitForFunction('lost > 0');
      for (const n of [2, 3]) await server.publish('news/1', n);
      await server.publish('news/2', 4);
      cutter.isDown = false;
      await page.waitForFunction('heard.length === 4');
      await server.publish('news/2', 5);
      await page.waitForFunction('heard.length === 5');
      expect(await page.evaluate('heard')).toEqual([
        { channel: 'news/1', payload: 1 },
        { channel: 'news/1', payload: 2 },
        { channel: 'news/1', payload: 3 },
        { channel: 'news/2', payload: 4 },
        { channel: 'news/2', payload: 5 },
      ]);
      expect(await page.evaluate('recovered')).toMatchObject([
        { 'news/1': { recovered: true }, 'news/2': { recovered: true } },
      ]);
    });

    it('is told that what it missed is not known when the server was killed with its histories', async () => {
      let one = await start();
      onTestFinished(() => one.stop());
      const cutter = await Cutter.start(() => one.port);
      const { page } = await open(site.serve(listen(`${cutter.url}/sse?channel=news/1`)));
      await page.waitForFunction('opened === 1');
      await one.publish('news/1', 1);
      await page.waitForFunction('heard.length === 1');
      cutter.isDown = true;
      await one.stop();
      one = await start();
      await one.publish('news/1', 2);
      cutter.isDown = false;
      await page.waitForFunction('recovered.length > 0');
      await one.publish('news/1', 3);
      await page.waitForFunction('heard.length === 2');
      expect(await page.evaluate('heard')).toEqual([1, 3]);
      expect(await page.evaluate('recovered')).toMatchObject([{ 'news/1': { recovered: false } }]);
    });

    it('comes back by itself when the server stops, at the time that it was told', async () => {
      let one = await start();
      onTestFinished(() => one.stop());
      const cutter = await Cutter.start(() => one.port);
      const { page } = await open(site.serve(listen(`${cutter.url}/sse?channel=news/1`)));
      await page.waitForFunction('opened === 1');
      one.signal('SIGTERM');
      await one.exit;
      one = await start();
      await page.waitForFunction('opened === 2');
    });

    it('ends for good where it is refused', async () => {
      const { page } = await open(site.serve(listen(`${server.url}/sse?channel=secret&channel=news/1`)));
      await page.waitForFunction('source.readyState === EventSource.CLOSED');
      expect(await page.evaluate('[opened, heard]')).toEqual([0, []]);
    });

    it('ends for good on a page that may not connect', async () => {
      const { page } = await open(stranger.serve(listen(`${server.url}/sse?channel=news/1`)));
      await page.waitForFunction('source.readyState === EventSource.CLOSED');
      expect(await page.evaluate('opened')).toBe(0);
    });

    it('needs no origin on a page of the server itself', async () => {
      const { page } = await open(`${server.url}/`);
      await page.evaluate(`new Promise((resolve) => {
      window.heard = [];
      const source = new EventSource('/sse?channel=news/own');
      source.onopen = resolve;
      source.onmessage = ({ data }) => heard.push(JSON.parse(data));
    })`);
      await server.publish('news/own', 'here');
      await page.waitForFunction('heard.length === 1');
    });

    describe('a page that publishes by fetch', () => {
      const publish = (ticket: string) => `<script>
      fetch('${server.url}/api/publish', {
        method: 'POST',
        headers: { authorization: 'Bearer ${ticket}', 'content-type': 'application/json' },
        body: JSON.stringify({ channel: 'open/1', payload: 'from a page' }),
      }).then(async (response) => { window.reply = await response.json(); }, (error) => { window.reply = error.name; });
    </script>`;

      it('may, from an allowed origin, with a ticket and where the route lets it', async () => {
        const { page } = await open(site.serve(publish(server.ticket('5'))));
        await page.waitForFunction('window.reply');
        expect(await page.evaluate('reply')).toMatchObject({ channel: 'open/1', id: expect.any(String) });
      });

      it('reads why it may not', async () => {
        const { page } = await open(site.serve(publish('no.such.ticket')));
        await page.waitForFunction('window.reply');
        expect(await page.evaluate('reply')).toMatchObject({ error: { code: 'unauthorized' } });
      });

      it('may not from another origin, and nothing is published', async () => {
        const ticket = server.ticket('5');
        const { page } = await open(stranger.serve(publish(ticket)));
        await page.waitForFunction('window.reply');
        expect(await page.evaluate('reply')).toBe('TypeError');
        // The ticket is good once, and it still is.
        const again = await fetch(`${server.url}/api/publish`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ticket}`, 'content-type': 'application/json' },
          body: JSON.stringify({ channel: 'open/1', payload: 1 }),
        });
        expect(again.status).toBe(200);
      });

      it('may not from another origin without asking first either', async () => {
        const response = await fetch(`${server.url}/api/publish`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${server.ticket('5')}`,
            'content-type': 'application/json',
            origin: stranger.origin,
          },
          body: JSON.stringify({ channel: 'open/1', payload: 1 }),
        });
        expect(response.status).toBe(403);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      });
    });
  },
);
