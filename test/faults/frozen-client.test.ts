import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { testFolder } from '../support/folder.js';
import { ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';

const CLIENT = fileURLToPath(new URL('../support/frozen-client.mjs', import.meta.url));
const MEBIBYTE = 2 ** 20;
/** Octets of one message. */
const SIZE = 50_000;
const PADDING = 'x'.repeat(SIZE);

const FILES = {
  'signalbox.yml': 'topics: { any: broadcast }\nlimits: { publishes: false }\n',
  'routing/any.yml': [
    'plain:',
    '  channel: plain',
    '  handler: any',
    '  access: { subscribe: anyone, publish: backend }',
    'conflated:',
    '  channel: conflated',
    '  handler: any',
    '  access: { subscribe: anyone, publish: backend }',
    '  slow: conflate',
    '',
  ].join('\n'),
};

async function serve(env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const server = await ServerProcess.start({ config: `${testFolder(FILES)}/signalbox.yml`, env });
  onTestFinished(() => server.stop());
  return server;
}

/** A client that is stopped as a debugger or a laptop's lid stops it, and what it has printed. */
async function frozen(server: ServerProcess, channel: string) {
  const client = spawn(process.execPath, [CLIENT, server.webSocketUrl(), channel], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void client.kill('SIGKILL'));
  const lines: string[] = [];
  client.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')));
  await until(() => lines.includes('subscribed'));
  // Its SUBSCRIBE has been read when one that came later has been answered.
  await Autobahn.connect(server.webSocketUrl()).then((page) => page.settle());
  client.kill('SIGSTOP');
  return { client, lines };
}

async function publish(server: ServerProcess, channel: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const { status } = await server.publish(channel, { n, padding: PADDING });
    expect(status).toBe(200);
  }
}

async function witness(server: ServerProcess, channel: string): Promise<() => readonly number[]> {
  const page = await Autobahn.connect(server.webSocketUrl());
  page.subscribe(channel);
  await page.settle();
  return () => page.events(channel).map((payload) => (payload as { n: number }).n);
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const disconnected = async (server: ServerProcess) =>
  (await server.metric('signalbox_disconnects_total{code="4008"}')) === 1;

/** Until the client is awake again it does not hear of anything. */
async function wake({ client, lines }: { client: ChildProcess; lines: readonly string[] }): Promise<void> {
  client.kill('SIGCONT');
  await until(() => lines.includes('closed'));
}

describe('a client that is frozen', () => {
  it('is disconnected over limits.buffer, costs the server no more memory, and others get everything', async () => {
    const server = await serve();
    const others = await witness(server, 'plain');
    const client = await frozen(server, 'plain');
    await publish(server, 'plain', 20);
    const before = await server.metric('process_resident_memory_bytes');
    const count = 600;
    await publish(server, 'plain', count);
    await until(() => disconnected(server));
    const after = await server.metric('process_resident_memory_bytes');
    // 30 MB were published; what the garbage of that makes is there without a frozen client, too.
    expect((after - before) / MEBIBYTE).toBeLessThan(100);
    await until(() => others().length === 20 + count);
    expect(others()).toEqual([...numbers(20), ...numbers(count)]);
    await wake(client);
  });

  it('is disconnected when something has waited for limits.buffer_time, however little it is', async () => {
    const server = await serve({ SIGNALBOX_LIMITS_BUFFER: '1gb', SIGNALBOX_LIMITS_BUFFER_TIME: '1s' });
    const client = await frozen(server, 'plain');
    // More than the system takes for it.
    await publish(server, 'plain', 300);
    await until(() => disconnected(server));
    await wake(client);
  });

  it('gets the newest when it is awake again, where the route says slow: conflate', async () => {
    const server = await serve({ SIGNALBOX_LIMITS_BUFFER_TIME: '60s' });
    const client = await frozen(server, 'conflated');
    const count = 600;
    await publish(server, 'conflated', count);
    client.client.kill('SIGCONT');
    await until(() => client.lines.includes(`event ${count - 1}`));
    const events = client.lines.filter((line) => line.startsWith('event'));
    expect(events.length).toBeLessThan(count);
    expect(client.lines).not.toContain('closed');
    expect(await server.metric('signalbox_conflated_total')).toBe(count - events.length);
  });
});
