import { createServer, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Diagnosis } from '../../../src/app/doctor/examine.js';
import { testCertificate } from '../../support/certificate.js';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';
import { RedisServer, redisInstalled } from '../../support/redis-server.js';
import { KEY, REPOSITORY } from '../../support/server.js';
import { useServer } from '../../support/use-server.js';

async function doctor(...args: readonly string[]): Promise<(name: string) => Diagnosis> {
  const { stdout, stderr } = await cli(['doctor', '--json', ...args]);
  if (stdout === '') throw new Error(stderr);
  const all = JSON.parse(stdout) as readonly Diagnosis[];
  return (name) => all.find((one) => one.name === name) as Diagnosis;
}

const settings = (text: string) =>
  `${testFolder({ 'signalbox.yml': `routing: []\ntopics: { handlers: topics }\n${text}`, 'topics/a.mjs': '' })}/signalbox.yml`;

// The first command loads the built-in handlers, whose sources are compiled then.
beforeAll(async () => void (await cli(['check', '--config', `${REPOSITORY}signalbox.yml`])));

describe('the doctor without a server', () => {
  it('finds what is wrong with the settings, and says what to do', async () => {
    const config = settings(
      "development: true\nlisten: { host: 0.0.0.0 }\nauth: { secret: 'ssssssssssssssssssssssssssssssss', logins: { guest: { secret: guest } } }\nlimits: { connections: 100000000 }\n",
    );
    const of = await doctor('--config', config);
    for (const name of [
      'development-in-public',
      'plain-text-in-public',
      'default-logins',
      'file-descriptors',
      'heap',
    ]) {
      expect(of(name), name).toMatchObject({
        outcome: expect.stringMatching(/error|warning/),
        fix: expect.any(String),
      });
    }
    expect(of('websocket')).toMatchObject({ outcome: 'skipped' });
  });

  it('shows no secret', async () => {
    const secret = 'hunter2-hunter2';
    const { stdout, code } = await cli(['doctor', '--config', settings('')], {
      env: { SIGNALBOX_SECRET: secret, SIGNALBOX_API_KEY: 'short-key' },
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/ERROR {4}weak-secrets\n.*auth\.secret has 15 characters/);
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain('short-key');
  });

  it('reports what check reports', async () => {
    const of = await doctor('--config', settings('no_such_setting: 1\n'));
    expect(of('configuration').findings[0]).toContain('no_such_setting');
  });
});

describe.skipIf(!redisInstalled)('the doctor and Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start('--maxmemory-policy allkeys-lru', '--save ""', '--appendonly no');
  });
  afterAll(() => redis.stop());

  it('finds a server that forgets, and one that keeps nothing', async () => {
    const of = await doctor('--config', settings(`broker: ${redis.url}\n`));
    expect(of('redis-eviction')).toMatchObject({
      outcome: 'error',
      findings: ['maxmemory-policy is allkeys-lru'],
    });
    expect(of('redis-persistence')).toMatchObject({ outcome: 'warning' });
    for (const name of ['redis-reachable', 'redis-version', 'redis-clock', 'redis-output-buffer']) {
      expect(of(name).outcome, name).toBe('fine');
    }
  });

  it('finds one that is not there', async () => {
    const of = await doctor('--config', settings('broker: redis://127.0.0.1:1/0\n'));
    expect(of('redis-reachable').outcome).toBe('error');
    expect(of('redis-version').outcome).toBe('skipped');
  });
});

describe('the doctor and a running server', () => {
  const server = useServer();
  /** A proxy that passes requests on, badly. */
  async function proxy(spoil: (server: Server, target: URL) => void): Promise<string> {
    const made = createServer();
    spoil(made, new URL(server().url));
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      made.closeAllConnections();
      made.close();
    });
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
  }

  it('finds nothing wrong with it', async () => {
    const all = ['--url', server().url, '--key', KEY, '--channel', 'demo/lobby', '--wait', '100ms'];
    const of = await doctor('--config', settings(''), ...all);
    for (const name of [
      ...['server-reachable', 'server-ready', 'server-clock', 'websocket', 'websocket-origin'],
      ...['websocket-idle', 'stream-buffered', 'nodes-differ'],
    ]) {
      expect(of(name), name).toMatchObject({ outcome: 'fine', findings: [] });
    }
    expect(of('certificate').outcome).toBe('skipped');
  });

  it('finds a proxy that passes no upgrade on, and gathers streams', async () => {
    const url = await proxy((made, target) => {
      made.on('request', (incoming, outgoing) => {
        const { upgrade: _, connection: __, ...headers } = incoming.headers;
        const passed = request(new URL(incoming.url ?? '/', target), { headers }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('end', () =>
            outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(Buffer.concat(chunks)),
          );
        });
        outgoing.once('close', () => passed.destroy());
        passed.on('error', () => outgoing.destroy());
        passed.end();
      });
    });
    const of = await doctor('--config', settings(''), '--url', url, '--channel', 'demo/lobby');
    expect(of('server-reachable').outcome).toBe('fine');
    expect(of('websocket')).toMatchObject({ outcome: 'error' });
    expect(of('stream-buffered')).toMatchObject({ outcome: 'error' });
  });

  it('finds a proxy that cuts idle connections', async () => {
    const url = await proxy((made, target) => {
      made.on('request', (_, outgoing) => void outgoing.end());
      made.on('upgrade', (incoming, socket) => {
        const inner = connect(Number(target.port), target.hostname);
        const lines = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${value}\r\n`);
        inner.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
        inner.pipe(socket).pipe(inner);
        for (const end of [inner, socket]) end.on('error', () => undefined);
        setTimeout(() => socket.destroy(), 100);
      });
    });
    const of = await doctor('--config', settings(''), '--url', url, '--wait', '10s');
    expect(of('websocket-idle')).toMatchObject({ outcome: 'error' });
  });

  it('finds nodes that differ', async () => {
    const nodes = ['a', 'b'].map((id) => ({ id, version: '1', routes: id, lag: 0 }));
    const url = await proxy((made) => {
      made.on('request', (_, outgoing) => void outgoing.end(JSON.stringify({ nodes })));
    });
    const of = await doctor('--config', settings(''), '--url', url, '--key', KEY);
    expect(of('nodes-differ')).toMatchObject({
      outcome: 'error',
      findings: ['2 nodes differ in routes: a, b'],
    });
  });

  it.each([
    ['has expired', -60_000, /has expired on/],
    ['nobody trusts', 30 * 86_400_000, /not trusted/],
  ])('finds a certificate that %s', async (_what, ends, text) => {
    const made = createTlsServer(testCertificate('test', { ends }), (_, outgoing) => void outgoing.end());
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void made.close());
    const { port } = made.address() as AddressInfo;
    const of = await doctor('--config', settings(''), '--url', `https://127.0.0.1:${port}`);
    expect(of('certificate').findings[0]).toMatch(text);
  });

  it('finds nobody where nobody is', async () => {
    const of = await doctor('--config', settings(''), '--url', 'http://127.0.0.1:1');
    expect(of('server-reachable')).toMatchObject({ outcome: 'error' });
  });
});
