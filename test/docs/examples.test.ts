import { execFile, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspectTicket, mintTicket } from '../../src/authenticators/index.js';
import { createSync } from '../../src/client/node.js';
import { TAP } from '../support/run.js';
import {
  COMMAND,
  KEY,
  REPOSITORY,
  SECRET,
  type ServerOptions,
  ServerProcess,
  testEnvironment,
} from '../support/server.js';
import { until } from '../support/until.js';

const php = spawnSync('php', ['-v']).status === 0;
if (!php) console.log('skipped examples/php-ticket: there is no php here (apt-get install php-cli)');

const run = promisify(execFile);
const IN_REPOSITORY = { cwd: REPOSITORY, env: testEnvironment({ SIGNALBOX_LIMITS_DRAIN: '100ms' }) };

async function serve(options: ServerOptions): Promise<ServerProcess> {
  const server = await ServerProcess.start(options);
  onTestFinished(() => server.stop());
  return server;
}

/** What arrives on a channel, from the moment of the connection on. */
async function listen(url: string, channel: string): Promise<unknown[]> {
  const received: unknown[] = [];
  const sync = createSync({ url });
  onTestFinished(() => sync.close());
  sync.subscribe(channel, (payload) => received.push(payload));
  await until(() => sync.state === 'open');
  return received;
}

describe('examples/chat', () => {
  const config = `${REPOSITORY}examples/chat/signalbox.yml`;

  it('tells who comes, speaks and goes, and the time while somebody listens', async () => {
    const server = await serve({ config });
    const room = await listen(server.webSocketUrl('ann'), 'chat/lobby');
    const clock = await listen(server.webSocketUrl(), 'clock');
    const online = await listen(server.webSocketUrl(), 'online');
    const ben = createSync({ url: server.webSocketUrl('ben') });
    ben.subscribe('chat/lobby', () => undefined);
    ben.publish('chat/lobby', { text: 'hello' });
    await until(() => room.length >= 2);
    ben.close();
    await until(() => room.length >= 3 && clock.length > 0 && online.length > 0);
    expect(room.slice(0, 3)).toEqual([
      { type: 'joined', user: 'ben' },
      { type: 'said', user: 'ben', text: 'hello' },
      { type: 'left', user: 'ben' },
    ]);
    expect(clock[0]).toMatchObject({ listeners: 1 });
    expect(online[0]).toMatchObject({ sessions: expect.any(Number) });
  });

  it('lets moderators call, and nobody else', async () => {
    const server = await serve({ config });
    const ticket = mintTicket({ user: 'ann', organizations: [], roles: ['moderator'], ttl: 60_000 }, SECRET);
    const moderator = createSync({ url: `${server.webSocketUrl()}?ticket=${ticket}` });
    const ben = createSync({ url: server.webSocketUrl('ben') });
    onTestFinished(() => [moderator, ben].forEach((sync) => void sync.close()));
    await moderator.call('moderation/ban', 'lobby', 'ben');
    expect(await moderator.call('moderation/is_banned', 'lobby', 'ben')).toBe(true);
    await expect(moderator.call('moderation/ban', 'lobby', 'ann')).rejects.toThrow(/nobody bans themselves/);
    await expect(ben.call('moderation/ban', 'lobby', 'ann')).rejects.toMatchObject({ code: 'forbidden' });
    const refused: string[] = [];
    ben.on('error', ({ message }) => void refused.push(message));
    ben.subscribe('chat/lobby', () => undefined);
    await until(() => refused.length > 0);
    expect(refused[0]).toContain('you are banned from lobby');
  });

  it('has tests that run without a server', async () => {
    const tests = ['chat-room', 'moderation'].map((name) => `examples/chat/topics/${name}.test.ts`);
    const args = ['--import', 'jiti/register', '--test', TAP, ...tests];
    const { stdout } = await run(process.execPath, args, IN_REPOSITORY);
    expect(stdout).toMatch(/^# pass 4$/m);
  });

  it('has tests of the whole application, which run without a server', async () => {
    const args = ['--import', 'jiti/register', '--test', TAP, 'examples/chat/application.test.ts'];
    const { stdout } = await run(process.execPath, args, IN_REPOSITORY);
    expect(stdout).toMatch(/^# pass 3$/m);
  });

  it('has route tests, which pass by the command line and in a test runner', async () => {
    const tests = await run(process.execPath, [COMMAND, 'test', '--config', config], IN_REPOSITORY);
    expect(tests.stdout).toBe('30 passed, 0 failed\n');
    const args = ['--import', 'jiti/register', '--test', TAP, 'examples/chat/routes.test.ts'];
    const { stdout } = await run(process.execPath, args, IN_REPOSITORY);
    expect(stdout).toMatch(/^# pass 30$/m);
  });
});

describe('examples/chat-rooms', () => {
  const config = `${REPOSITORY}examples/chat-rooms/signalbox.yml`;

  it('has rooms of its own, out of which an administrator throws somebody', async () => {
    const server = await serve({ config });
    const ticket = mintTicket(
      { user: 'adam', organizations: [], roles: ['ROLE_ADMIN'], ttl: 60_000 },
      SECRET,
    );
    const adam = createSync({ url: `${server.webSocketUrl()}?ticket=${ticket}` });
    const heard: { readonly type?: string }[] = [];
    adam.subscribe('chat/room/20', (said) => heard.push(said as { type?: string }));
    const ben = createSync({ url: server.webSocketUrl(), ticket: () => server.ticket('ben') });
    onTestFinished(() => [adam, ben].forEach((sync) => void sync.close()));
    await until(() => heard.length > 0);
    const refused: string[] = [];
    ben.on('error', ({ message }) => void refused.push(message));
    ben.subscribe('chat/room/20', () => undefined);
    expect(await ben.call('chat/rooms')).toEqual([
      { id: '10', name: 'Novels' },
      { id: '20', name: 'Poems' },
    ]);
    await adam.call('chat/moderation/ban', '20', 'ben');
    await until(() => refused.length > 0);
    expect(refused[0]).toContain('there is no room 20 for you');
    // The log is asked before others are told.
    await until(() => heard.length > 2);
    expect(heard.map(({ type }) => type)).toEqual(['members', 'enter', 'leave']);
  });

  it('has route tests', async () => {
    const tests = await run(process.execPath, [COMMAND, 'test', '--config', config], IN_REPOSITORY);
    expect(tests.stdout).toBe('10 passed, 0 failed\n');
  });
});

it('examples/oro opens one channel to a role beside its owner', async () => {
  const config = `${REPOSITORY}examples/oro/signalbox.yml`;
  const command = [COMMAND, 'subscribe', '--config', config, '--count', '1', 'oro/imap_sync_fail/*'];
  const server = await serve({ config });
  const env = testEnvironment({ SIGNALBOX_URL: server.url });
  await expect(run(process.execPath, [...command, '--user', '5'], { env })).rejects.toMatchObject({
    stderr: expect.stringContaining('forbidden: oro/imap_sync_fail/* is not for user 5'),
  });
  const admin = run(process.execPath, [...command, '--user', '5', '--role', 'ROLE_ADMINISTRATOR'], { env });
  await until(async () => (await server.metric('signalbox_topics')) === 1);
  await server.publish('oro/imap_sync_fail/*', { username: 'mail', host: 'example.com' });
  expect((await admin).stdout).toContain('"username":"mail"');
});

it('examples/embed publishes through the server that it runs', async () => {
  const child = spawn(process.execPath, ['examples/embed/main.mjs', '0'], IN_REPOSITORY);
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  await until(() => /counting at \S+\n/.test(output) || child.exitCode !== null);
  const [, url = ''] = /counting at (\S+)/.exec(output) ?? [];
  const counts = await listen(url.replace('http', 'ws'), 'counter/seconds');
  await until(() => counts.length > 0);
  expect(counts[0]).toEqual({ count: expect.any(Number) });
  child.kill('SIGTERM');
  await once(child, 'close');
  // Its log is another stream, of which the last line may come after.
  expect(output).toMatch(/^everybody has gone$/m);
});

it('examples/node-publish publishes one message and then a batch', async () => {
  const server = await serve({});
  const received = await listen(server.webSocketUrl(), 'demo/lobby');
  const { stdout } = await run(
    process.execPath,
    ['examples/node-publish/main.mjs', 'demo/lobby', '{"text": "hello"}'],
    { ...IN_REPOSITORY, env: testEnvironment({ SIGNALBOX_URL: server.url, SIGNALBOX_API_KEY: KEY }) },
  );
  expect(stdout).toMatch(
    /^published \S+\npublished \S+\npublished \S+\nrefused: no route matches no\/such\/channel\n$/,
  );
  await until(() => received.length === 3);
  expect(received).toEqual([{ text: 'hello' }, 1, 2]);
});

describe.skipIf(!php)('examples/php-ticket', () => {
  it('makes tickets for private channels, each for one connection', async () => {
    const server = await serve({});
    const { stdout } = await run('php', ['examples/php-ticket/ticket.php', '5', '7', '8'], {
      ...IN_REPOSITORY,
      env: testEnvironment({ SIGNALBOX_SECRET: SECRET }),
    });
    const url = `${server.webSocketUrl()}?ticket=${stdout.trim()}`;
    const received = await listen(url, 'oro/email_event/5/8');
    await server.publish('oro/email_event/5/8', { hasNewEmail: true });
    await until(() => received.length > 0);
    expect(received).toEqual([{ hasNewEmail: true }]);
    const again = createSync({ url });
    onTestFinished(() => again.close());
    const errors: string[] = [];
    again.on('error', ({ message }) => void errors.push(message));
    again.connect();
    await until(() => errors.length > 0);
    expect(errors[0]).toContain('the ticket was used already');
  });

  it('grants channels, and with two changes signs with Ed25519, as access.md says', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64url');
    const sealed = readFileSync(`${REPOSITORY}examples/php-ticket/signalbox_ticket.php`, 'utf8');
    const signed = sealed
      .replace("'v1.'", "'e1.'")
      .replace(
        "hash_hmac('sha256', $signed, $secret, true)",
        'sodium_crypto_sign_detached($signed, $secret)',
      );
    const call = "echo signalbox_ticket($key, '5', [7], [], ['ch' => ['subscribe' => ['orders/*']]]);";
    const fromSeed = 'sodium_crypto_sign_secretkey(sodium_crypto_sign_seed_keypair($seed))';
    const decoded = `$seed = sodium_base642bin('${seed}', SODIUM_BASE64_VARIANT_URLSAFE_NO_PADDING);`;
    for (const code of [
      `${sealed}$key = '${SECRET}'; ${call}`,
      `${signed}${decoded} $key = ${fromSeed}; ${call}`,
    ]) {
      const { stdout } = await run('php', ['-r', code.replace('<?php', '')]);
      const {
        claims,
        signed: right,
        faults,
      } = inspectTicket(stdout, { secret: SECRET, publicKey }, Date.now()) ?? {};
      expect({ right, faults }).toEqual({ right: true, faults: [] });
      expect(claims).toMatchObject({ sub: '5', org: ['7'], ch: { subscribe: ['orders/*'] } });
    }
  });
});

describe('examples/wamp', () => {
  it('answers a call from one AutobahnJS to another, and hears HTTP', async () => {
    const server = await serve({});
    const start = (file: string) => {
      const child = spawn(process.execPath, [`examples/wamp/${file}`, server.webSocketUrl()], {
        cwd: REPOSITORY,
      });
      onTestFinished(() => void child.kill());
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      return { child, said: () => said };
    };
    const callee = start('callee.mjs');
    await until(() => callee.said().includes('ready'));
    const caller = start('caller.mjs');
    await until(() => caller.said().includes('listening'));
    await server.publish('demo/lobby', { text: 'hello' });
    await once(caller.child, 'close');
    expect(caller.said()).toBe("2 + 3 = 5\nlistening\ndemo.lobby: { text: 'hello' }\n");
  });
});
