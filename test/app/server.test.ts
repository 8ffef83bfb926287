import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ConfigurationError } from '../../src/app/application.js';
import { ensureLocalSecrets, readLocalSecrets } from '../../src/app/secrets.js';
import { createServer, type RunningServer } from '../../src/app/server.js';
import { mintTicket } from '../../src/authenticators/index.js';
import { createPublisher, createSync } from '../../src/client/node.js';
import { freePort } from '../support/free-port.js';
import { RawSocketPeer } from '../support/raw-socket-peer.js';
import { StreamPeer } from '../support/stream-peer.js';

const KEY = 'key-of-at-least-thirty-two-characters';
let folder: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'app-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

async function start(files: Record<string, string>): Promise<RunningServer> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  server = await createServer({
    config: join(folder, 'signalbox.yml'),
    flags: { 'listen.port': '0', 'log.level': 'silent' },
    env: { SIGNALBOX_API_KEY: KEY },
  });
  return server;
}

const SETTINGS =
  'routing: routes.yml\naccess: { subscribe: anyone, publish: backend }\nlimits: { drain: 100ms }\n';

/** What a handler did, seen from outside it. */
const log: string[] = ((globalThis as { handlerLog?: string[] }).handlerLog = []);

describe('a server', () => {
  it('carries a publication from HTTP, from within and from Node to a subscriber', async () => {
    const { url, publish } = await start({
      'signalbox.yml': SETTINGS,
      'routes.yml': "room:\n  channel: 'room/{name}'\n  handler: broadcast\n",
    });
    const sync = createSync({ url: url.replace('http', 'ws') });
    const heard: unknown[] = [];
    sync.subscribe('room/a', (payload) => heard.push(payload));
    await vi.waitFor(async () => {
      await publish('room/a', 'ready?');
      expect(heard).not.toEqual([]);
    });
    await publish({ route: 'room', params: { name: 'a' } }, 1);
    await createPublisher({ url, key: KEY }).publish('room/a', 2);
    await vi.waitFor(() => expect(heard.filter((payload) => payload !== 'ready?')).toEqual([1, 2]));
    sync.close();
  });

  it('lets a handler end the sessions of a user', async () => {
    const { url, publish } = await start({
      'signalbox.yml': `${SETTINGS}auth: { secret: 'a secret of this test, long enough' }\ntopics: { handlers: . }\n`,
      'routes.yml': "out:\n  channel: 'out/{user}'\n  handler: out\n",
      'out.mjs': `import { DISCONNECT, TOKENS } from 'signalbox';
export class Out {
  static handler = 'out';
  static inject = [TOKENS.sessions];
  constructor(sessions) { this.sessions = sessions; }
  onPublish(_session, _topic, { params: { user } }) { this.sessions.disconnect({ user }, DISCONNECT.withdrawn); }
}
`,
    });
    const ticket = () => mintTicket({ user: '5', ttl: 60_000 }, 'a secret of this test, long enough');
    const sync = createSync({ url: url.replace('http', 'ws'), ticket });
    const errors: unknown[] = [];
    sync.on('error', ({ code, status }) => void errors.push([code, status]));
    sync.connect();
    await vi.waitFor(() => expect(sync.state).toBe('open'));
    await publish('out/5', null);
    await vi.waitFor(() => expect(errors).toEqual([['disconnected', 4503]]));
    expect(sync.state).toBe('closed');
  });

  it('builds handlers with what they inject and with their options, runs periodic tasks and announces events', async () => {
    log.length = 0;
    await start({
      'signalbox.yml': `${SETTINGS}topics:\n  handlers: .\n  named: { class: configurable, greeting: hello }\n`,
      'routes.yml': 'a:\n  channel: a\n  handler: named\nb:\n  channel: b\n  handler: own\n',
      'own.mjs': `
        const STORE = Symbol.for('test.store');
        const log = globalThis.handlerLog;
        export class Store { static service = STORE; static inject = [Symbol.for('signalbox.events')];
          constructor(events) { events.on('server_launched', ({ urls }) => log.push('launched ' + urls.length)); } }
        export class Own { static handler = 'own'; static inject = [STORE, Symbol.for('signalbox.publisher')];
          constructor(store, publisher) { log.push('own ' + (store instanceof Store) + ' ' + typeof publisher.publish); } }
        export class Configurable { static handler = 'configurable'; static inject = [STORE];
          constructor(store, { greeting }) { log.push('configurable ' + greeting); } }
        export class Unused { static handler = 'unused'; constructor() { log.push('unused'); } }
        export class Task { static periodic = 'task'; interval = 10; tick() { log.push('tick'); } }`,
    });
    await vi.waitFor(() => expect(log).toContain('tick'));
    expect(log.filter((line) => line !== 'tick')).toEqual([
      'configurable hello',
      'own true function',
      'launched 1',
    ]);
  });

  it('takes RawSocket beside HTTP and on a port of its own, and long-poll below its path', async () => {
    const { url, urls, close } = await start({
      'signalbox.yml': `${SETTINGS}listen: { raw_socket: true, raw_socket_port: 0, long_poll: /a/lp }\n`,
      'routes.yml': '',
    });
    expect(urls).toEqual([url, expect.stringMatching(/^rawsocket:\/\/127\.0\.0\.1:\d+$/)]);
    for (const address of urls) {
      const peer = await RawSocketPeer.open(Number(new URL(address).port), { second: 0xf0 });
      expect(peer.reply).toEqual(Buffer.from([0x7f, 0x10, 0, 0]));
    }
    expect((await fetch(`${url}/a/lp/open`, { method: 'POST', body: '{"protocols":[]}' })).status).toBe(400);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await close();
    for (const address of urls)
      await expect(RawSocketPeer.connect(Number(new URL(address).port))).rejects.toThrow('ECONNREFUSED');
  });

  it('takes STOMP at a port of its own, at that of HTTP, and by WebSocket, and tells Flash Player its policy', async () => {
    const { url, urls, close } = await start({
      'signalbox.yml': `${SETTINGS}listen: { stomp: true, stomp_port: 0, policy_port: 0 }\n`,
      'routes.yml': '',
    });
    expect(urls.map((address) => new URL(address).protocol)).toEqual(['http:', 'stomp:', 'policy:']);
    const ports = urls.map((address) => Number(new URL(address).port));
    const [shared = 0, own = 0, policy = 0] = ports;
    for (const port of [shared, own]) {
      const peer = await StreamPeer.connect(port);
      peer.send('CONNECT\naccept-version:1.2\n\n\0');
      await vi.waitFor(() => expect(peer.heard).toMatch(/^CONNECTED\nversion:1\.2\n/));
      const ws = new WebSocket(`ws://127.0.0.1:${port}/stomp`);
      await once(ws, 'open');
      ws.send('CONNECT\naccept-version:1.1\n\n\0');
      expect(String((await once(ws, 'message'))[0])).toMatch(/^CONNECTED\nversion:1\.1\n/);
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    }
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n');
    const asking = await StreamPeer.connect(policy);
    asking.send('<policy-file-request/>\0');
    await vi.waitFor(() => expect(asking.heard).toMatch(/<cross-domain-policy>.*\0$/s));
    await close();
    for (const port of ports) await expect(StreamPeer.connect(port)).rejects.toThrow('ECONNREFUSED');
  });

  it('says in an ERROR why a STOMP peer is not let in', async () => {
    const { urls } = await start({
      'signalbox.yml': SETTINGS.replace('100ms', '100ms, connections_per_address: 1').concat(
        'listen: { stomp_port: 0 }\n',
      ),
      'routes.yml': '',
    });
    const peers = [1, 2].map(() => StreamPeer.connect(Number(new URL(urls[1] ?? '').port)));
    const [first, second] = [await peers[0], await peers[1]];
    first?.send('CONNECT\n\n\0');
    await vi.waitFor(() => expect(first?.heard).toMatch(/^CONNECTED/));
    second?.send('CONNECT\n\n\0');
    await vi.waitFor(() => expect(second?.closed).toBe(true));
    expect(second?.heard).toMatch(
      /^ERROR\nmessage:limits\.connections_per_address of 1 is reached\ncontent-type:text\/plain\ncode:limit_exceeded\n.*\0\n$/s,
    );
  });

  it('frees its first port where the second cannot be had', async () => {
    const blocker = createNetServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const free = await freePort();
    await writeFile(join(folder, 'routes.yml'), '');
    await writeFile(join(folder, 'signalbox.yml'), SETTINGS);
    const more = { 'listen.stomp_port': '0', 'listen.policy_port': `${port}`, 'log.level': 'silent' };
    const flags = { 'listen.port': `${free}`, ...more };
    const starting = createServer({ config: join(folder, 'signalbox.yml'), flags, env: {} });
    await expect(starting).rejects.toThrow('EADDRINUSE');
    await expect(RawSocketPeer.connect(free)).rejects.toThrow('ECONNREFUSED');
    blocker.close();
  });

  it('does not start with errors, and names all of them', async () => {
    const starting = start({
      'signalbox.yml': `${SETTINGS}limits: 5\n`.replace('limits: { drain: 100ms }\n', ''),
      'routes.yml': 'a:\n  chanel: a\n  handler: nobody\n',
    });
    const error = await starting.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(/signalbox\.yml:3[\s\S]*routes\.yml:2:3/);
  });

  it.each([
    ['an error of its own', "constructor() { throw new Error('no database'); }", 'no database'],
    ['what nobody offers', "static inject = [Symbol.for('nothing')];", 'nothing'],
  ])('says which class cannot be built because of %s', async (_text, body, reason) => {
    const starting = start({
      'signalbox.yml': `${SETTINGS}topics: { handlers: . }\n`,
      'routes.yml': 'a: { channel: a, handler: bad }\n',
      'bad.mjs': `export class Bad { static handler = 'bad'; ${body} }`,
    });
    await expect(starting).rejects.toThrow(/bad of .*bad\.mjs cannot be built/);
    await expect(starting).rejects.toThrow(reason);
  });

  it('says which name of the settings has no class', async () => {
    const files = { 'signalbox.yml': `${SETTINGS}topics: { a: brodcast }\n`, 'routes.yml': '' };
    await expect(start(files)).rejects.toThrow('topics.a names class brodcast');
  });

  it('shows health, readiness and metrics, the last to back ends only', async () => {
    const { url } = await start({ 'signalbox.yml': SETTINGS, 'routes.yml': '' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    expect((await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
    expect(await metrics.text()).toMatch(/^signalbox_subscriptions 0$/m);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    expect(await (await fetch(`${url}/healthz`, { method: 'POST' })).json()).toMatchObject({
      error: { code: 'bad_request' },
    });
  });

  it('frees its port when it closes, however often it is told', async () => {
    const running = await start({ 'signalbox.yml': SETTINGS, 'routes.yml': '' });
    await Promise.all([running.close(), running.close()]);
    await expect(fetch(running.url)).rejects.toThrow();
  });
});

describe('local secrets', () => {
  it('are made once and are readable by their owner only', async () => {
    expect(await readLocalSecrets(folder)).toBeUndefined();
    const secrets = await ensureLocalSecrets(folder);
    expect(secrets.apiKey).toMatch(/^sbk_[\w-]{43}$/);
    expect(await ensureLocalSecrets(folder)).toEqual(secrets);
    const file = join(folder, '.signalbox', 'secrets.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain(secrets.secret);
  });

  it('are made anew when the file is broken', async () => {
    await ensureLocalSecrets(folder);
    await writeFile(join(folder, '.signalbox', 'secrets.json'), '{');
    expect(await readLocalSecrets(folder)).toBeUndefined();
    expect(await ensureLocalSecrets(folder)).toBeDefined();
  });
});
