import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSync } from '../../src/client/node.js';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { makeFolder } from '../support/folder.js';
import { ForeignSite } from '../support/foreign-site.js';
import { freePort } from '../support/free-port.js';
import { ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';

const ROUTES = `
kept:
  channel: 'kept/{name}'
  handler: broadcast
  access: { subscribe: anyone, publish: [user, backend] }
  history: { size: 50, ttl: 10m }
last:
  channel: 'last/{name}'
  handler: broadcast
  access: { subscribe: anyone, publish: backend }
  history: { size: 1, ttl: 10m }
  replay: 1
`;
const SETTINGS = 'routing: routing\norigins: ["*"]\n';

/** A wire between a client and the server that a test can cut. */
class CuttableWire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** False to let nobody through. */
  isOpen = true;
  /** False to carry nothing more, and to say nothing of it. */
  #carries = true;
  #port = 0;

  constructor(target: () => number) {
    this.#server = createServer((near) => {
      if (!this.isOpen) return near.destroy();
      const far = connect(target(), '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (octets) => this.#carries && to.write(octets));
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#sockets.delete(from);
          if (this.#carries) to.destroy();
        });
      }
      return undefined;
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as { port: number }).port;
    return this;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/ws`;
  }

  /** Nobody is connected until it is mended. */
  cut(): void {
    this.isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The connections that there are carry nothing more; new ones do after `mend`. */
  stall(): void {
    this.#carries = false;
  }

  mend(): void {
    this.isOpen = true;
    for (const socket of this.#sockets) socket.removeAllListeners('data');
    this.#carries = true;
  }

  stop(): void {
    this.cut();
    this.#server.close();
  }
}

let folder: string;
let port: number;
let server: ServerProcess;
let wire: CuttableWire;

async function start(): Promise<ServerProcess> {
  return ServerProcess.start({ config: join(folder, 'signalbox.yml'), args: ['--port', String(port)] });
}

beforeAll(async () => {
  folder = makeFolder({ 'signalbox.yml': SETTINGS, 'routing/websocket_routing.yml': ROUTES });
  port = await freePort();
  server = await start();
  wire = await new CuttableWire(() => port).listen();
});
afterAll(async () => {
  wire.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Publishes numbers, each accepted before the next. */
async function publish(channel: string, ...numbers: readonly number[]): Promise<void> {
  for (const n of numbers) expect((await server.publish(channel, n)).status).toBe(200);
}

async function restart(): Promise<void> {
  await server.stop();
  server = await start();
}

describe('a client in Node', () => {
  it('gets what it missed while the wire was cut, and is told of a restart that forgot it', async () => {
    const heard: unknown[] = [];
    const sync = createSync({ url: wire.url, minRetryDelay: 20, maxRetryDelay: 50 });
    onTestFinished(() => sync.close());
    sync.subscribe('kept/node', (n, { offset }) => heard.push([n, offset]), {
      onGap: ({ reason }) => heard.push(reason),
    });
    await sync.identity();
    await publish('kept/node', 1);
    await until(() => heard.length === 1);
    wire.cut();
    await publish('kept/node', 2, 3, 4);
    wire.mend();
    await until(() => heard.length === 4);
    expect(heard).toEqual([1, 2, 3, 4].map((n) => [n, n]));
    await restart();
    await until(() => heard.length === 5);
    await publish('kept/node', 5);
    await until(() => heard.length === 6);
    expect(heard.slice(4)).toEqual(['new_history', [5, 1]]);
  });

  it('begins at a position that another was told', async () => {
    const heard: unknown[] = [];
    const positions: string[] = [];
    const [sync, other] = [createSync({ url: wire.url }), createSync({ url: wire.url })];
    onTestFinished(() => sync.close());
    onTestFinished(() => other.close());
    other.subscribe('kept/since', (_, { position = '' }) => positions.push(position));
    await other.identity();
    await publish('kept/since', 1, 2, 3);
    await until(() => positions.length === 3);
    sync.subscribe('kept/since', (n) => heard.push(n), { since: positions[0] as string });
    await until(() => heard.length === 2);
    expect(heard).toEqual([2, 3]);
  });

  it('takes what its route replays', async () => {
    await publish('last/value', 1, 2);
    const heard: unknown[] = [];
    const sync = createSync({ url: wire.url });
    onTestFinished(() => sync.close());
    sync.subscribe('last/value', (n) => heard.push(n));
    await until(() => heard.length === 1);
    await publish('last/value', 3);
    await until(() => heard.length === 2);
    expect(heard).toEqual([2, 3]);
  });

  it('has two spellings of a channel as two subscriptions, and none is lost or silent after a cut', async () => {
    const heard: Record<string, unknown[]> = { 'kept/two': [], 'kept.two': [] };
    const errors: unknown[] = [];
    const sync = createSync({ url: wire.url, minRetryDelay: 20, maxRetryDelay: 50 });
    onTestFinished(() => sync.close());
    sync.on('error', (error) => errors.push(error));
    for (const [channel, list] of Object.entries(heard))
      sync.subscribe(channel, (n) => list.push(n), { onGap: () => list.push('gap') });
    await sync.identity();
    await publish('kept/two', 1);
    await until(() => heard['kept.two']?.length === 1);
    wire.cut();
    await publish('kept/two', 2);
    wire.mend();
    await until(() => heard['kept/two']?.length === 2 && heard['kept.two']?.length === 2);
    await publish('kept/two', 3);
    await until(() => heard['kept.two']?.length === 3);
    expect(heard).toEqual({ 'kept/two': [1, 2, 3], 'kept.two': [1, 'gap', 3] });
    expect(errors).toEqual([]);
  });

  it('publishes once what it had to send twice', async () => {
    const heard: unknown[] = [];
    const ticket = () => server.ticket('5');
    const options = { ticket, minRetryDelay: 20, maxRetryDelay: 50 };
    const [sync, listener] = [
      createSync({ ...options, url: wire.url }),
      createSync({ url: server.webSocketUrl() }),
    ];
    onTestFinished(() => sync.close());
    onTestFinished(() => listener.close());
    listener.subscribe('kept/once', (n) => heard.push(n));
    await listener.identity();
    await sync.identity();
    for (let n = 0; n < 20; n++) {
      sync.publish('kept/once', n, { retry: true });
      if (n % 5 !== 4) continue;
      await until(() => heard.includes(n - 4));
      wire.cut();
      wire.mend();
    }
    await until(() => heard.includes(19) && sync.state === 'open');
    expect(heard).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });
});

const chromium = findChromium();

describe.skipIf(chromium === undefined)('a page', { timeout: 60_000 }, () => {
  const open = useBrowser(chromium);
  let site: ForeignSite;
  beforeAll(async () => {
    site = await ForeignSite.start();
  });
  afterAll(() => site.stop());

  async function visit(channel: string): Promise<Page> {
    const { page } = await open(
      site.serve(`<script src="${server.url}/sync.js" data-url="${wire.url}"></script><script>
        window.heard = []; window.lost = 0;
        sync.configure({ minRetryDelay: 50, maxRetryDelay: 200 });
        sync.on('connection_lost', () => lost++);
        sync.subscribe('${channel}', (n) => heard.push(n), { onGap: ({ reason }) => heard.push(reason) });
        sync.identity().then(() => { window.ready = true; });
      </script>`),
    );
    await page.waitForFunction('window.ready');
    return page;
  }

  async function expectHeard(page: Page, ...expected: readonly unknown[]): Promise<void> {
    await page.waitForFunction(`heard.length >= ${expected.length}`);
    expect(await page.evaluate('heard')).toEqual(expected);
  }

  it('survives a cut connection without a gap, and a restart of the server with one', async () => {
    const page = await visit('kept/page');
    await publish('kept/page', 1);
    await expectHeard(page, 1);
    wire.cut();
    await page.waitForFunction('lost === 1');
    await publish('kept/page', 2, 3);
    wire.mend();
    await expectHeard(page, 1, 2, 3);
    await restart();
    await expectHeard(page, 1, 2, 3, 'new_history');
    await publish('kept/page', 4);
    await expectHeard(page, 1, 2, 3, 'new_history', 4);
  });

  /** Headless Chromium does not freeze a page that is seen, so the page is told that it was. */
  it('that wakes finds out that its connection is gone, and gets what it missed', async () => {
    const page = await visit('kept/frozen');
    await publish('kept/frozen', 1);
    await expectHeard(page, 1);
    wire.stall();
    await publish('kept/frozen', 2, 3);
    await page.evaluate("document.dispatchEvent(new Event('resume'))");
    await new Promise((resolve) => setTimeout(resolve, 200));
    wire.mend();
    await expectHeard(page, 1, 2, 3);
    expect(await page.evaluate('lost')).toBe(1);
  });
});
