import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli } from '../support/cli.js';
import { testFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { COMMAND, KEY, REPOSITORY, testEnvironment } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

/** What stands in a stack. */
const STACK = /\n\s+at |node:events|Unhandled/;
const ROUTES =
  "news: { channel: 'news/{topic}', handler: broadcast, access: { subscribe: anyone, publish: backend } }\n";

/** An application in a folder of its own. */
function application(settings = 'routing: routing\ntopics: { handlers: [] }\n'): string {
  return testFolder({ 'signalbox.yml': settings, 'routing/routes.yml': ROUTES });
}

/** Runs `signalbox`, of which nobody reads the output. */
function unread(args: readonly string[], stream: 'stdout' | 'stderr' = 'stdout') {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: REPOSITORY, env: testEnvironment() });
  child[stream].destroy();
  const other = text(stream === 'stdout' ? child.stderr : child.stdout);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, ended: once(child, 'close').then(async ([code]) => ({ code, other: await other })) };
}

describe('a command whose reader has gone', () => {
  const server = useServer();

  it('ends as it would have, and says nothing of it', async () => {
    expect(await unread(['routes', '--json']).ended).toEqual({ code: 0, other: '' });
  });

  it('hears no more messages that nobody reads', async () => {
    const { child, ended } = unread(['subscribe', 'demo/unread', '--url', server().url]);
    while (child.exitCode === null) await server().publish('demo/unread', 1);
    const { code, other } = await ended;
    expect(code).toBe(0);
    expect(other).not.toMatch(STACK);
  });

  it('goes on where it is a server', async () => {
    const port = String(await freePort());
    const args = ['serve', '--config', `${application()}/signalbox.yml`, '--port', port];
    const url = `http://127.0.0.1:${port}`;
    const { child } = unread(args, 'stderr');
    await until(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true);
    // Each is a line of the log.
    for (let n = 0; n < 3; n++) {
      const refused = await fetch(`${url}/api/nodes`, { headers: { authorization: 'Bearer wrong' } });
      expect(refused.status).toBe(401);
    }
    expect(child.exitCode).toBeNull();
  });
});

describe('a command with a wrong address', () => {
  it.each([
    ['publish', 'news/x', '1'],
    ['subscribe', 'news/x'],
    ['call', 'a'],
    ['reload'],
    ['plan'],
    ['bench', '--channel', 'news/x'],
    ['doctor'],
  ])('says so: %s', async (...command) => {
    for (const url of ['', 'live.example.com', 'ftp://example.com', 'http://127.0.0.1:99999']) {
      const { code, stdout, stderr } = await cli([...command, '--key', KEY, '--url', url], {
        cwd: application(),
      });
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: '',
        stderr: `error: "${url}" is no address: write http://127.0.0.1:8080, say\n`,
      });
    }
  });

  it.each([
    ['publish', 'news/x', '1'],
    ['call', 'a'],
    ['disconnect', 'user:5'],
    ['rights', 'user:5', '--role', 'editor'],
    ['reload'],
    ['plan'],
    ['bench', '--channel', 'news/x'],
    ['bench', 'storm', '--channel', 'news/x'],
  ])('fails where nobody listens: %s %s', async (...command) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await cli([...command, '--key', KEY, '--url', url]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*no (?:answer from|connection to) (?:http|ws):\/\/127\.0\.0\.1:\d+/);
    expect(stderr).not.toMatch(STACK);
  });
});

describe('a command with a wrong key', () => {
  const server = useServer();

  it.each([
    ['publish', 'demo/x', '1'],
    ['subscribe', 'demo/x'],
    ['call', 'signalbox.identity'],
    ['disconnect', 'user:5'],
    ['rights', 'user:5', '--role', 'editor'],
    ['reload'],
    ['plan'],
    ['bench', '--channel', 'demo/x'],
  ])('is told that it is the key: %s', async (...command) => {
    const { code, stderr } = await cli([...command, '--key', 'wrong', '--url', server().url]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*the key is not known/);
  });
});

describe('a command with wrong settings', () => {
  it.each([['publish', 'news/x', '1'], ['subscribe', 'news/x'], ['reload'], ['token', '--user', '5']])(
    'talks to no other server: %s',
    async (...command) => {
      const { code, stderr } = await cli([...command, '--config', '/nowhere/signalbox.yml'], {
        env: { SIGNALBOX_API_KEY: '', SIGNALBOX_SECRET: '' },
      });
      expect(code).toBe(1);
      expect(stderr).toContain(
        '/nowhere/signalbox.yml:1:1  error the file cannot be read: it does not exist',
      );
    },
  );

  it('does without secrets that only the server has', async () => {
    const cwd = application(
      'listen: { port: 1 }\nrouting: routing\nauth: { keys: { shop: { env: SHOP_KEY } } }\n',
    );
    const { stderr } = await cli(['reload', '--key', 'any'], { cwd });
    expect(stderr).toMatch(/^error: no answer from http:\/\/127\.0\.0\.1:1\//);
  });
});

describe('a command with a wrong place', () => {
  it.each([
    [
      'there is no such file or folder',
      ['token', '--user', '5', '--private-key', '/no/such.pem'],
      '/no/such.pem',
    ],
    ['a part of its path is a file', ['init', '/dev/null/project'], '/dev/null/project'],
    ['there is no such file or folder', ['init', '/proc/project'], '/proc/project'],
  ])('is told that %s', async (reason, args, path) => {
    const { code, stderr } = await cli(args, { cwd: application() });
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^error: ${path}.*: ${reason}: .*\\(E[A-Z]+\\)\n$`));
  });
});

it('a parameter without a value is wrong usage', async () => {
  const { code, stderr } = await cli(['publish', '--route', 'news', '--param', 'topic', '1', '--key', KEY]);
  expect([code, stderr]).toEqual([2, 'error: --param topic has no value: write --param name=value\n']);
});

it('an unknown option comes with where to look', async () => {
  const { code, stderr } = await cli(['routes', '--nonsense']);
  expect([code, stderr]).toEqual([
    2,
    "error: unknown option '--nonsense'\nsignalbox routes --help says what there is\n",
  ]);
});
