import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ReloadReport } from '../../src/core/reload.js';
import { cli } from '../support/cli.js';
import { makeFolder } from '../support/folder.js';
import { signalbox } from '../support/run.js';
import { KEY, type ServerProcess } from '../support/server.js';
import { eventually, until } from '../support/until.js';
import { useServer } from '../support/use-server.js';
import { Wamp2TestPeer } from '../support/wamp2-peer.js';

const OPERATOR = 'the-key-of-operators-for-tests';
const SETTINGS = 'access: { subscribe: anyone, publish: anyone }\n';
const ROUTES = `room: { channel: 'room/{id}', handler: broadcast }
echo: { channel: 'echo/{id}', handler: echo }
`;
const STRICT = ROUTES.replace(
  "'room/{id}', handler: broadcast",
  "'room/{id}', handler: broadcast, access: { subscribe: user }",
);

/** Says in what it publishes which version of it has. */
const echo = (version: number) => `
import { word } from '../words.js';
export class Echo {
  static handler = 'echo';
  onPublish(session, topic) { return topic.broadcast(word + ${version}); }
}
`;

const folder = makeFolder({
  'signalbox.yml': SETTINGS,
  'routing/app.yml': ROUTES,
  'topics/echo.ts': echo(1),
  'words.ts': "export const word = 'version ';",
});
const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let server: () => ServerProcess;

async function reload(): Promise<Response> {
  return fetch(`${server().url}/api/reload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
  });
}

const plan = (body: unknown) =>
  fetch(`${server().url}/api/plan`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at by their tests.
async function admin(path: string, body?: unknown): Promise<any> {
  const response = await fetch(`${server().url}/admin/api/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${OPERATOR}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response.json();
}

const connect = (user?: string) => Wamp2TestPeer.connect(server().webSocketUrl(user), 'json');

describe('a server that is told to reload', () => {
  server = useServer({
    config: join(folder, 'signalbox.yml'),
    env: { SIGNALBOX_ADMIN_KEY: OPERATOR },
  });
  beforeEach(async () => {
    write('routing/app.yml', ROUTES);
    write('signalbox.yml', SETTINGS);
    expect((await reload()).status).toBe(200);
  });

  it('ends what is forbidden now, and nobody is disconnected', async () => {
    const [guest, user] = [await connect(), await connect('5')];
    for (const peer of [guest, user]) await peer.subscribe('room.1');
    write('routing/app.yml', STRICT);
    const report = (await (await reload()).json()) as ReloadReport;
    expect(report).toMatchObject({
      applied: true,
      routes: { added: [], removed: [], changed: [{ name: 'room', parts: ['access'] }] },
      subscriptions: { ended: 1, asked: 0 },
      restart: [],
    });
    await user.publish('room.1', 'secret');
    expect(await guest.subscribe('room.1')).toBe('forbidden');
    await until(() => user.received('room.1').length > 0);
    expect([user.received('room.1'), guest.received('room.1')]).toEqual([['secret'], []]);
    expect([guest.ending, user.ending]).toEqual([undefined, undefined]);
  });

  it('goes on as before where anything is wrong, and says all of it', async () => {
    const peer = await connect();
    await peer.subscribe('room.1');
    write(
      'routing/app.yml',
      `${ROUTES}bad: { channel: 'x/{y}', handler: nobody, requirements: { z: '.' } }\n`,
    );
    const response = await reload();
    expect(response.status).toBe(422);
    const { error, findings } = (await response.json()) as {
      error: { code: string };
      findings: { code: string }[];
    };
    expect(error.code).toBe('invalid_configuration');
    expect(findings.map(({ code }) => code).sort()).toEqual(['unknown-handler', 'unknown-parameter']);
    await peer.publish('room.1', 'still here');
    await until(() => peer.received('room.1').length > 0);
    const { code, stdout } = await cli(['reload', '--url', server().url], { cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/app\.yml:3:\d+ {2}error .*\n.*\|/);
    expect(await server().metric('signalbox_reloads_total')).toBeGreaterThan(1);
  });

  it('takes classes that have changed, and what they import', async () => {
    const peer = await connect();
    await peer.subscribe('echo.1');
    const say = async (text: string) => {
      await peer.publish('echo.1', 0);
      await until(() => peer.received('echo.1').at(-1) === text);
    };
    await say('version 1');
    write('topics/echo.ts', echo(2));
    expect((await (await reload()).json()) as ReloadReport).toMatchObject({ handlers: ['echo'] });
    await say('version 2');
    write('words.ts', "export const word = 'edition ';");
    expect((await (await reload()).json()) as ReloadReport).toMatchObject({ handlers: ['echo'] });
    await say('edition 2');
    expect((await (await reload()).json()) as ReloadReport).toMatchObject({ handlers: [] });
    write('topics/echo.ts', 'export class Echo {');
    const { status } = await reload();
    expect(status).toBe(422);
    await say('edition 2');
    write('topics/echo.ts', echo(2));
  });

  it('says before what it would do, and does nothing', async () => {
    const guest = await connect();
    for (const channel of ['room.8', 'room.9', 'echo.9']) await guest.subscribe(channel);
    write('routing/app.yml', STRICT.replace('echo:', 'new: { channel: new, handler: broadcast }\necho:'));
    const { code, stdout } = await cli(['plan', '--url', server().url], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}\+ new\n {2}~ room: access\n/);
    expect(stdout).toContain('    room/8 (room): 1 of 1 subscriptions would end\n');
    expect(stdout).toMatch(/\d+ of \d+ live channels would change, \d+ subscriptions would end/);
    await guest.publish('room.8', 'still here');
    await until(() => guest.received('room.8').length > 0);
  });

  it('says what another version of the application would do, and does nothing', async () => {
    const guest = await connect();
    for (const channel of ['room.7', 'echo.7']) await guest.subscribe(channel);
    const other = makeFolder({
      'signalbox.yml': `${SETTINGS}limits: { message: 32kb }\norigins: [https://a.example]\nauth: { secret: not known to the server }\n`,
      'routing/app.yml': STRICT.replace('handler: echo', 'handler: only.there'),
      'topics/there.js':
        "exports.There = class { static handler = 'only.there'; access = { subscribe: ['owner'] } };",
    });
    const about = ['plan', other, '--url', server().url, '--key', KEY];
    const { code, stdout, stderr } = await signalbox(about, { env: { SIGNALBOX_SECRET: '' } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      '  ! only.there (echo): the server has no such handler; here it demands subscribe: owner\n',
    );
    expect(stdout).toContain('  ~ settings, by the reload: origins\n');
    expect(stdout).toContain('    room/7 (room): 1 of 1 subscriptions would end\n');
    expect(stdout).toContain('    echo/7 (echo): 1 of 1 subscriptions would end\n');
    expect(stdout).toContain('would need a restart: limits.message\n');
    await guest.publish('room.7', 'still here');
    await until(() => guest.received('room.7').length > 0);
  });

  it.each([
    ['no list of routes', { routes: 'all' }, '"routes" is not what it has to be'],
    ['another member', { routs: [] }, 'a plan has no "routs"'],
    ['demands that are none', { handlers: { a: { access: 'owner', asks: true } } }, '"handlers" is not'],
    ['settings in clear', { settings: { auth: { secret: 'x' } } }, '"settings" is not'],
    ['no object', [], 'no JSON object'],
  ])('refuses a plan with %s', async (_name, body, reason) => {
    const response = await plan(body);
    const { error } = (await response.json()) as { error: { message: string } };
    expect([response.status, error.message]).toEqual([
      400,
      expect.stringContaining(reason.replaceAll('\\', '')),
    ]);
  });

  it('matches no live channel with an expression that it could keep busy', async () => {
    const peer = await connect();
    await peer.subscribe(`room.${'a'.repeat(60)}`);
    const route = { name: 'evil', pattern: 'room/{id}', requirements: { id: { pattern: '(a+)+b' } } };
    const rest = { handler: 'broadcast', args: [], defaults: {}, options: {}, limits: {}, access: {} };
    const response = await plan({ routes: [{ ...route, ...rest }] });
    expect(response.status).toBe(422);
    expect((await response.json()) as object).toMatchObject({ findings: [{ code: 'catastrophic-regex' }] });
  });

  it('takes scripts that have changed, and what they import, as Node and as modules', async () => {
    const answering = (name: string, first: string) =>
      `${first}\nexport class Answer { static handler = '${name}'; onPublish(session, topic) { return topic.broadcast(version); } }\n`;
    const files = {
      'topics/one.js': (version: number) => answering('one', `const version = ${version};`),
      'topics/two.mjs': (version: number) => answering('two', `const version = ${version};`),
      'topics/of-module/three.js': (version: number) => answering('three', `const version = ${version};`),
      'topics/four.mjs': (version: number) => answering('four', `const version = await ${version};`),
      'topics/five.mjs': () => answering('five', "import { version } from '../number.mjs';"),
      'number.mjs': (version: number) => `export const version = ${version};`,
    };
    const all = (version: number) => {
      for (const [path, text] of Object.entries(files)) write(path, text(version));
    };
    mkdirSync(join(folder, 'topics/of-module'));
    write('topics/of-module/package.json', '{ "type": "module" }');
    const names = ['one', 'two', 'three', 'four', 'five'];
    write(
      'routing/app.yml',
      names.map((name) => `${name}: { channel: ${name}, handler: ${name} }\n`).join(''),
    );
    const peer = await connect();
    for (const version of [1, 2, 3]) {
      all(version);
      expect(await (await reload()).json()).toMatchObject({ handlers: names });
      for (const channel of names) {
        if (version === 1) await peer.subscribe(channel);
        await peer.publish(channel, 'which?');
        await until(() => peer.received(channel).at(-1) === version);
      }
    }
  });

  it('lets pages of other origins in from the next connection on, and no longer those of before', async () => {
    const from = (origin: string) =>
      new Promise((resolve) => {
        const socket = new WebSocket(server().webSocketUrl(), 'wamp.2.json', { origin });
        socket.once('open', () => resolve('open')).once('error', ({ message }) => resolve(message));
        onTestFinished(() => socket.terminate());
      });
    const [before, after] = ['https://before.example', 'https://after.example'];
    write('signalbox.yml', `${SETTINGS}origins: [${before}]\n`);
    expect(await (await reload()).json()).toMatchObject({ settings: ['origins'], restart: [] });
    expect([await from(before), await from(after)]).toEqual(['open', 'Unexpected server response: 403']);
    write('signalbox.yml', `${SETTINGS}origins: [${after}]\nlog: { level: error }\n`);
    expect(await (await reload()).json()).toMatchObject({ settings: ['origins', 'log.level'], restart: [] });
    expect([await from(before), await from(after)]).toEqual(['Unexpected server response: 403', 'open']);
    const lines = () => server().stderr.match(/"event":"reloaded"/g)?.length;
    const said = lines();
    await reload();
    expect(lines()).toBe(said);
    write('signalbox.yml', SETTINGS);
    await reload();
    await eventually(() => expect(lines()).toBe((said ?? 0) + 1));
  });

  it('shows operators and metrics what it serves since', async () => {
    const peer = await connect();
    await peer.subscribe('room.5');
    const was = await admin('overview');
    const routes = await server().metric('signalbox_routes');
    write(
      'routing/app.yml',
      `${STRICT.replace('room:', 'lounge:')}more: { channel: more, handler: broadcast }\n`,
    );
    expect((await reload()).status).toBe(200);
    const { table } = await admin('overview');
    expect(table.routes).toBe(was.table.routes + 1);
    expect(table.hash).not.toBe(was.table.hash);
    expect(table.loadedAt > was.table.loadedAt).toBe(true);
    expect(await server().metric('signalbox_routes')).toBe(routes + 1);
    const listed = (await admin('routes')).routes as { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(['lounge', 'echo', 'more']);
    const explained = await admin('explain', { operation: 'subscribe', channel: 'room/5', as: 'anonymous' });
    expect(explained).toMatchObject({ allowed: false });
    const scraped = await fetch(`${server().url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
    const text = await scraped.text();
    expect(text).toContain('route="lounge"');
    expect(text).not.toContain('route="room"');
  });

  it('names what counts after a restart alone', async () => {
    write('signalbox.yml', `${SETTINGS}limits: { message: 32kb }\nlog: { level: debug }\n`);
    const { code, stdout } = await cli(['reload', '--url', server().url], { cwd: folder });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain('needs a restart: limits.message\n');
  });

  it('does so on SIGHUP, and says so', async () => {
    write('routing/app.yml', `${ROUTES}more: { channel: more, handler: broadcast }\n`);
    const lines = () => server().stderr.split('"event":"reloaded"').length;
    const said = lines();
    server().signal('SIGHUP');
    await eventually(async () => expect((await server().publish('more', 1)).status).toBe(200));
    await eventually(() => expect(lines()).toBeGreaterThan(said));
    expect(server().running).toBe(true);
  });

  it('takes it from an administrator alone', async () => {
    const response = await fetch(`${server().url}/api/reload`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
  });
});
