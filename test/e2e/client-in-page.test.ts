import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser, type Visit } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { ForeignSite } from '../support/foreign-site.js';
import { ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';

const chromium = findChromium();

/** Subscribes and keeps what comes; `heard` and `refused` are read by the tests. */
const LISTEN = `
  window.heard = []; window.refused = [];
  sync.on('error', (error) => refused.push([error.code, error.channel]));
  sync.subscribe('demo/lobby', (payload, event) => heard.push([event.channel, payload]));
  sync.subscribe('oro/email_event/6/7', () => heard.push('never'));
  sync.call('settled').catch(() => { window.settled = true; });`;

describe.skipIf(chromium === undefined)('the client on a page of another origin', { timeout: 60_000 }, () => {
  const open = useBrowser(chromium);
  let site: ForeignSite;
  let stranger: ForeignSite;
  let server: ServerProcess;

  beforeAll(async () => {
    [site, stranger] = await Promise.all([ForeignSite.start(), ForeignSite.start()]);
    server = await ServerProcess.start({ env: { SIGNALBOX_ORIGINS: site.origin } });
  });
  afterAll(async () => {
    for (const one of [site, stranger]) one.stop();
    await server.stop();
  });

  async function visit(head: string): Promise<Visit> {
    const visited = await open(site.serve(head));
    onTestFinished(() => expect(visited.faults).toEqual([]));
    return visited;
  }

  async function expectLive({ page }: Visit): Promise<void> {
    await page.waitForFunction('window.settled');
    expect(await page.evaluate('refused')).toEqual([['forbidden', 'oro/email_event/6/7']]);
    expect((await server.publish('demo/lobby', { text: 'hello' })).status).toBe(200);
    await page.waitForFunction('heard.length > 0');
    expect(await page.evaluate('heard')).toEqual([['demo/lobby', { text: 'hello' }]]);
  }

  it('is the global sync after a script tag', async () => {
    const visited = await visit(`<script src="${server.url}/sync.js"></script><script>${LISTEN}</script>`);
    await expectLive(visited);
    expect(await visited.page.evaluate('typeof signalbox.createSync')).toBe('function');
  });

  it('hands on the ticket of a script tag', async () => {
    const tag = `<script src="${server.url}/sync.js" data-ticket="${server.ticket('6', ['7'])}"></script>`;
    const { page } = await visit(`${tag}<script>${LISTEN}</script>`);
    await page.waitForFunction('window.settled');
    expect((await server.publish('oro/email_event/6/7', 1)).status).toBe(200);
    await page.waitForFunction('heard.length > 0');
    expect(await page.evaluate('[heard, refused]')).toEqual([['never'], []]);
  });

  it('is a module', async () => {
    const visited = await visit(
      `<script type="module">import { sync } from '${server.url}/sync.mjs'; ${LISTEN}</script>`,
    );
    await expectLive(visited);
  });

  it("is what require(['orosync/js/sync']) gives", async () => {
    const visited = await visit(`<script src="/require.js"></script><script>
      require.config({ paths: { 'orosync/js/sync': '${server.url}/sync' } });
      require(['orosync/js/sync'], (sync) => { ${LISTEN} });</script>`);
    await expectLive(visited);
    expect(await visited.page.evaluate('typeof window.sync')).toBe('undefined');
  });

  it('carries a page of OroPlatform that installs its Wamp service', async () => {
    const { hostname, port } = new URL(server.url);
    const visited = await visit(`<script src="/require.js"></script><script>
      require.config({
        paths: { 'orosync/js/sync': '${server.url}/sync' },
        bundles: { 'orosync/js/sync': ['orosync/js/sync/wamp'] },
      });
      require(['orosync/js/sync', 'orosync/js/sync/wamp'], (sync, Wamp) => {
        sync(new Wamp({ secure: false, host: '${hostname}', port: ${port}, path: 'ws' }));
        ${LISTEN}
      });</script>`);
    await expectLive(visited);
  });

  it('is turned away where the origin is not listed', async () => {
    const { page } = await open(
      stranger.serve(`<script src="${server.url}/sync.js"></script><script>${LISTEN}</script>`),
    );
    await page.waitForFunction("sync.state === 'waiting'");
    await until(async () => (await server.metric('signalbox_refused_connections_total')) > 0);
    expect(await page.evaluate('heard')).toEqual([]);
  });
});
