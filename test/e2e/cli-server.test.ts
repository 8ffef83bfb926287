import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { cli } from '../support/cli.js';
import { testFolder } from '../support/folder.js';
import { signalbox } from '../support/run.js';
import { COMMAND, KEY, ServerProcess, testEnvironment } from '../support/server.js';
import { eventually, until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer();

const OWN = 'oro/email_event/5/7';

function at(args: readonly string[]) {
  return cli([...args, '--url', server().url]);
}

/** How many sessions the user has, which have these roles from now on. */
async function giveRights(user: string, roles: readonly string[]): Promise<number> {
  const response = await fetch(`${server().url}/api/rights`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user, roles, organizations: ['7'] }),
  });
  return ((await response.json()) as { sessions: number }).sessions;
}

async function listener(channel: string): Promise<Autobahn> {
  const page = await Autobahn.connect(server().webSocketUrl('5', ['7']));
  onTestFinished(() => page.socket.destroy());
  page.subscribe(channel);
  await page.settle();
  return page;
}

describe('signalbox publish', () => {
  it('publishes and prints what became of it as one line of JSON', async () => {
    const page = await listener(OWN);
    const { code, stdout, stderr } = await at(['publish', OWN, '{"hasNewEmail":true}']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ channel: OWN, id: expect.any(String), duplicate: false });
    await until(() => page.events(OWN).length > 0);
    expect(page.events(OWN)).toEqual([{ hasNewEmail: true }]);
  });

  it('publishes by route and parameters', async () => {
    const page = await listener(OWN);
    const params = ['--param', 'user_id=5', '--param', 'organization_id=7'];
    const { code } = await at(['publish', '"hello"', '--route', 'oro_email.event', ...params]);
    expect(code).toBe(0);
    await until(() => page.events(OWN).length > 0);
    expect(page.events(OWN)).toEqual(['hello']);
  });

  it('leaves out the sessions that it is told to', async () => {
    const [first, second] = [await listener('demo/cli'), await listener('demo/cli')];
    await at(['publish', 'demo/cli', '1', '--exclude', first.sessionId ?? '']);
    await at(['publish', 'demo/cli', '2', '--eligible', first.sessionId ?? '']);
    await until(() => second.events('demo/cli').length > 0 && first.events('demo/cli').length > 0);
    expect([first.events('demo/cli'), second.events('demo/cli')]).toEqual([[2], [1]]);
  });

  it('publishes a repeated idempotency key once', async () => {
    const args = ['publish', 'demo/cli', '1', '--idempotency-key', 'cli-once'];
    expect(JSON.parse((await at(args)).stdout).duplicate).toBe(false);
    expect(JSON.parse((await at(args)).stdout).duplicate).toBe(true);
  });

  it.each([
    ['a channel without route', ['publish', 'nope', '1'], KEY, 'no_such_route'],
    ['a wrong key', ['publish', OWN, '1'], 'a-wrong-key-of-some-length', 'unauthorized'],
    [
      'wrong parameters',
      ['publish', '1', '--route', 'oro_email.event', '--param', 'user_id=x'],
      KEY,
      'invalid_params',
    ],
  ])('fails with the reason for %s', async (_name, args, key, code) => {
    const outcome = await at([...args, '--key', key]);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain(`error: ${code}: `);
  });

  it('fails when nobody listens there', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await until(() => free.listening);
    const address = free.address();
    free.close();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const { code, stderr } = await cli(['publish', OWN, '1', '--url', url]);
    expect(code).toBe(1);
    expect(stderr).toContain('unreachable');
  });
});

describe('signalbox subscribe', () => {
  /** Runs until it has printed so many messages, which are published again and again until then. */
  async function receive(args: readonly string[], channel: string): Promise<unknown[]> {
    const outcome = at(['subscribe', ...args]);
    let running = true;
    const ended = outcome.finally(() => (running = false));
    for (let n = 0; running; n++) await server().publish(channel, { n });
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  it('prints one line of JSON for each message', async () => {
    const messages = (await receive(['demo/cli', '--count', '3'], 'demo/cli')) as {
      payload: { n: number };
    }[];
    const first = messages[0]?.payload.n ?? 0;
    expect(messages).toEqual([0, 1, 2].map((i) => ({ channel: 'demo/cli', payload: { n: first + i } })));
  });

  it('connects as a user', async () => {
    expect(await receive([OWN, '--count', '1', '--user', '5', '--org', '7'], OWN)).toHaveLength(1);
  });

  it('says on the error stream that its user has other rights now', async () => {
    const channel = 'oro/email_event/93/7';
    const outcome = at(['subscribe', channel, '--count', '1', '--user', '93', '--org', '7']);
    await until(async () => (await giveRights('93', ['editor'])) > 0);
    let running = true;
    const ended = outcome.finally(() => (running = false));
    while (running) await server().publish(channel, 1);
    expect((await ended).stderr).toContain('now user 93, roles: editor, organisations: 7\n');
  });

  it('connects with a ticket that signalbox token printed', async () => {
    const { stdout } = await cli(['token', '--user', '5', '--org', '7']);
    expect(await receive([OWN, '--count', '1', '--ticket', stdout.trim()], OWN)).toHaveLength(1);
  });

  it('fails with the reason when it is refused', async () => {
    const { code, stdout, stderr } = await at(['subscribe', OWN, '--user', '6', '--org', '7']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error: ${OWN}: forbidden`);
  });

  it('ends well when it is interrupted', async () => {
    const args = [COMMAND, 'subscribe', 'demo/interrupted', '--url', server().url];
    const client = spawn(process.execPath, args, { env: testEnvironment(), stdio: 'ignore' });
    await until(async () => (await server().metric('signalbox_topics')) > 0);
    client.kill('SIGINT');
    await until(() => client.exitCode !== null || client.signalCode !== null);
    expect(client.exitCode).toBe(0);
  });
});

describe('signalbox serve', () => {
  it('says so in development, and does not start where others can connect then', async () => {
    await eventually(() => expect(server().stderr).toMatch(/"development_mode".*any user/));
    const { code, stderr } = await cli(['serve', '--host', '0.0.0.0', '--port', '0']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/development: true lets everybody .* 0\.0\.0\.0/);
  });

  it('makes a key for its folder when nobody gave one, and the other commands find it', async () => {
    const settings = 'routing: routing\naccess: { subscribe: anyone, publish: backend }\n';
    const cwd = testFolder({
      'signalbox.yml': settings,
      'routing/routes.yml': "chat:\n  channel: 'chat'\n  handler: broadcast\n",
    });
    const env = { SIGNALBOX_API_KEY: '', SIGNALBOX_SECRET: '' };
    const own = await ServerProcess.start({ config: `${cwd}/signalbox.yml`, env });
    onTestFinished(() => own.stop());
    expect(own.stdout).toMatch(/back-end key.*sbk_[\w-]{43}\nsignalbox ready http:\/\/127\.0\.0\.1:\d+\n$/);
    const { code } = await signalbox(['publish', 'chat', '1', '--url', own.url], { cwd, env });
    expect(code).toBe(0);
    expect((await cli(['token', '--user', '5'], { cwd, env })).code).toBe(0);
  });

  it('fails when its port is taken, and names it', async () => {
    const { code, stderr } = await signalbox(['serve', '--port', String(server().port)]);
    expect(code).toBe(1);
    expect(stderr).toContain(String(server().port));
  });

  it('says which flag chooses a port that is taken', async () => {
    const port = String(server().portOf('stomp'));
    const { code, stderr } = await signalbox(['serve', '--port', '0', '--stomp-port', port]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `127.0.0.1:${port} is taken by another program: stop it, or choose another --stomp-port`,
    );
  });

  it('writes nothing but addresses to standard output', () => {
    const addresses = Object.values(server().urls);
    expect(addresses[0]).toBe(server().url);
    expect(addresses.length).toBeGreaterThan(1);
    expect(server().stdout).toBe(addresses.map((url) => `signalbox ready ${url}\n`).join(''));
  });
});
