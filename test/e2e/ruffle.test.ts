import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { freePort } from '../support/free-port.js';
import { RuffleSite } from '../support/ruffle.js';
import { ServerProcess } from '../support/server.js';
import { assign, assignMember, call, create, film, lambda, literal, trace, value } from '../support/swf.js';
import { useServer } from '../support/use-server.js';

const chromium = findChromium();

/** What a chat of 2004 says, in its own words. */
const SAYS = [
  '<login username="adam" password="adam" />',
  '<room id="1" uid="6">',
  '<msg from_id="6" room_id="1">Grüße &lt;b&gt; 100%</msg>',
];

/** A film that connects, says what there is to say, and traces all that it hears. */
function chat(port: number, hears: 'onData' | 'onXML'): Buffer {
  return film(
    assign('socket', create('XMLSocket')),
    assignMember(
      'socket',
      'onConnect',
      lambda(
        'ok',
        trace('connected: ', value('ok')),
        ...SAYS.map((text) => call('socket', 'send', literal(text))),
      ),
    ),
    assignMember('socket', hears, lambda('heard', trace(`${hears}: `, value('heard')))),
    assignMember('socket', 'onClose', lambda('nothing', trace('closed', literal('')))),
    call('socket', 'connect', literal('localhost'), literal(port)),
  );
}

describe.skipIf(chromium === undefined)('a film of Flash in Ruffle', { timeout: 60_000 }, () => {
  const server = useServer({ env: { SIGNALBOX_ORIGINS: '*' } });
  const open = useBrowser(chromium);
  let site: RuffleSite;
  beforeAll(async () => {
    site = await RuffleSite.start();
  });
  afterAll(() => site.stop());

  it('logs in, enters a room and speaks there', async () => {
    const port = server().portOf('xmlsocket');
    const proxies = [{ host: 'localhost', port, proxyUrl: `ws://127.0.0.1:${port}/xmlsocket` }];
    const { page } = await open(site.serve(chat(port, 'onData'), proxies));
    await hears(page, 'Grüße');
    expect(await page.evaluate('traced')).toEqual([
      'connected: true',
      'onData: <login login_status="1"><user_id>adam</user_id><username>adam</username><login_error /></login>',
      'onData: <rooms><room id="1">Lobby 1</room><room id="2">General Chat</room></rooms>',
      'onData: <users room_id="1"><user id="adam">adam</user></users>',
      'onData: <msg from_id="adam">Grüße &lt;b&gt; 100%</msg>',
    ]);
  });

  it('gets the messages as XML, and hears that the server goes', async () => {
    const own = await ServerProcess.start({ env: { SIGNALBOX_ORIGINS: '*' } });
    onTestFinished(() => own.stop());
    const port = own.portOf('xmlsocket');
    // A page behind TLS would have the address of the main port here, whatever the film connects to.
    const proxies = [{ host: 'localhost', port, proxyUrl: `${own.url.replace('http', 'ws')}/xmlsocket` }];
    const { page } = await open(site.serve(chat(port, 'onXML'), proxies));
    await hears(page, 'Grüße');
    own.signal('SIGTERM');
    await hears(page, 'closed');
    expect(await page.evaluate('traced')).toEqual([
      'connected: true',
      'onXML: <login login_status="1"><user_id>adam</user_id><username>adam</username><login_error /></login>',
      'onXML: <rooms><room id="1">Lobby 1</room><room id="2">General Chat</room></rooms>',
      'onXML: <users room_id="1"><user id="adam">adam</user></users>',
      'onXML: <msg from_id="adam">Grüße &lt;b&gt; 100%</msg>',
      expect.stringMatching(/^onXML: <error code="draining" retry="\d+">the server restarts<\/error>$/),
      'closed',
    ]);
  });

  it('is told where it cannot connect', async () => {
    const port = await freePort();
    const { page: stray } = await open(site.serve(chat(port, 'onData'), []));
    await hears(stray, 'connected: false');
    // Ruffle says that it is connected before it is.
    const proxies = [{ host: 'localhost', port, proxyUrl: `ws://127.0.0.1:${port}/xmlsocket` }];
    const { page } = await open(site.serve(chat(port, 'onData'), proxies));
    await hears(page, 'closed');
    expect(await page.evaluate('traced')).toEqual(['connected: true', 'closed']);
  });
});

/** Waits until the film has traced this. */
async function hears(page: Page, text: string): Promise<void> {
  await page.waitForFunction(`traced.some((line) => line.includes(${JSON.stringify(text)}))`);
}
