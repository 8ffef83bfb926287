import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KEY, REPOSITORY, testEnvironment } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const JWT_SECRET = 'the secret of Centrifugo, which stays as it is';
const config = (name: string) => `${REPOSITORY}examples/${name}/signalbox.yml`;

function start(...args: readonly string[]): { output: string; code: number | null } {
  const env = testEnvironment({ SIGNALBOX_API_KEY: KEY });
  const child = spawn(process.execPath, args, { cwd: REPOSITORY, env });
  const running: { output: string; code: number | null } = { output: '', code: null };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (running.output += chunk));
  child.once('close', (code) => (running.code = code ?? 0));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  });
  return running;
}

/** As Centrifugo's `gentoken` makes it. */
function jsonWebToken(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', JWT_SECRET).update(signed).digest('base64url')}`;
}

describe('examples/from-socketio', () => {
  const server = useServer({ config: config('from-socketio') });
  const client = (user: string) =>
    start('examples/from-socketio/client.mjs', server().webSocketUrl(), server().ticket(user));

  it('lets users talk in a room, rename it, and be told what is for them alone', async () => {
    const ann = client('ann');
    await until(() => ann.output.includes('renamed to The Lobby'));
    const ben = client('ben');
    await until(() => ben.output.includes('renamed to The Lobby'));
    await until(() => ann.output.includes('ben says hello'));
    await server().publish('notices/ann', { text: 'your order has left' });
    await until(() => ann.output.includes('notice your order has left'));
    expect(ann.output).toMatch(/the room is The Lobby/);
    expect(ann.output).toMatch(/^(?:members|join) [12]$/m);
    expect(ben.output).not.toContain('notice');
  });

  it('keeps the room of the staff to the staff', async () => {
    const { createSync } = await import('../../src/client/node.js');
    const sync = createSync({ url: server().webSocketUrl('ann') });
    onTestFinished(() => sync.close());
    const errors: string[] = [];
    sync.on('error', ({ message }) => void errors.push(message));
    sync.subscribe('rooms/staff', () => undefined);
    await until(() => errors.length > 0);
    expect(errors[0]).toContain('the room is for staff');
  });
});

describe('examples/from-pusher', () => {
  const server = useServer({ config: config('from-pusher') });

  it('triggers events on several channels, tells the last value first, and hears who types', async () => {
    const client = (user: string) =>
      start('examples/from-pusher/client.mjs', server().webSocketUrl(), server().ticket(user));
    const trigger = start('examples/from-pusher/trigger.mjs', server().url);
    await until(() => trigger.code !== null);
    expect(trigger.code, trigger.output).toBe(0);
    const five = client('5');
    await until(() => five.output.includes("weather { sky: 'clear' }"));
    const six = client('6');
    await until(() => five.output.includes('document typing { line: 3 }'));
    const again = start('examples/from-pusher/trigger.mjs', server().url);
    await until(() => again.code !== null && six.output.includes('orders created { number: 17 }'));
    await until(() => five.output.includes('mine created { number: 17 }'));
    expect(six.output).not.toContain('mine');
    expect(six.output).not.toContain('typing');
  });
});

describe('examples/from-centrifugo', () => {
  const server = useServer({ config: config('from-centrifugo'), env: { JWT_SECRET } });

  it('takes the tokens, keeps a history, and tells users what is theirs', async () => {
    await server().publish('news/sports', { title: 'It works' });
    const token = jsonWebToken({ sub: '5', exp: Math.floor(Date.now() / 1000) + 60 });
    const client = start('examples/from-centrifugo/client.mjs', server().webSocketUrl(), token);
    await until(() => client.output.includes('kept 1'));
    await server().publish('news/sports', { title: 'Still' });
    await server().publish('personal/5', { unread: 3 });
    await until(() => client.output.includes('personal { unread: 3 }'));
    expect(client.output).toContain("news { title: 'Still' }");
    expect(client.output).toMatch(/^members 1$/m);
  });
});
