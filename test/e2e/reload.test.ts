import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReloadReport } from '../../src/core/reload.js';
import { cli } from '../support/cli.js';
import { makeFolder } from '../support/folder.js';
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
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: '{}',
  });
}

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

  it('says what the routes of another folder would do, and does nothing', async () => {
    const guest = await connect();
    await guest.subscribe('room.7');
    const other = makeFolder({
      'app.yml': STRICT.replace('echo:', 'fresh: { channel: fresh, handler: only.there }\necho:'),
    });
    const checked = await cli(['plan', other, '--url', server().url], { cwd: folder });
    expect([checked.code, checked.stderr]).toEqual([1, expect.stringContaining('only.there')]);
    writeFileSync(join(other, 'app.yml'), STRICT);
    const { code, stdout } = await cli(['plan', other, '--json', '--url', server().url], { cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      applied: true,
      routes: { changed: [{ name: 'room', parts: ['access'] }] },
      examples: expect.arrayContaining([expect.objectContaining({ channel: 'room/7', ends: 1 })]),
    });
    await guest.publish('room.7', 'still here');
    await until(() => guest.received('room.7').length > 0);
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
    server().signal('SIGHUP');
    await eventually(() => expect(server().stderr).toContain('  + more'));
    expect(server().running).toBe(true);
  });

  it('takes it from an administrator alone', async () => {
    const response = await fetch(`${server().url}/api/reload`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
  });
});
