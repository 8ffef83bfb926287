import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn, HANGUP } from '../support/autobahn.js';
import { PhpClient } from '../support/php-client.js';
import { ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';

const UNFINISHED = 'POST /api/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{';

async function serve(drain: string): Promise<ServerProcess> {
  const server = await ServerProcess.start({ env: { SIGNALBOX_LIMITS_DRAIN: drain } });
  onTestFinished(() => server.stop());
  return server;
}

function pages(server: ServerProcess, count: number): Promise<Autobahn[]> {
  return Promise.all(Array.from({ length: count }, () => Autobahn.connect(server.webSocketUrl())));
}

describe('a server that is asked to stop', () => {
  it('drops legacy pages without a closing frame, so that they come back, and exits 0 in time', async () => {
    const server = await serve('1s');
    const connected = await pages(server, 20);
    for (const page of connected) page.subscribe('demo/drain');
    await Promise.all(connected.map((page) => page.settle()));
    const begun = performance.now();
    server.signal('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(5000);
    await until(() => connected.every(({ hangup }) => hangup !== undefined));
    expect(connected.map(({ hangup }) => hangup)).toEqual(connected.map(() => HANGUP.lost));
    expect(connected.map(({ socket }) => socket.closeFrame)).toEqual(connected.map(() => undefined));
  });

  it('lets them go one after the other, so that they do not come back together', async () => {
    const server = await serve('1s');
    const ends: number[] = [];
    for (const page of await pages(server, 30))
      page.socket.socket.on('close', () => ends.push(performance.now()));
    server.signal('SIGTERM');
    await server.exit;
    await until(() => ends.length === 30);
    expect((ends.at(-1) ?? 0) - (ends[0] ?? 0)).toBeGreaterThan(300);
  });

  it('says that it is not ready, and takes no newcomers, while others leave', async () => {
    const server = await serve('1s');
    await pages(server, 2);
    const keptAlive = await fetch(`${server.url}/readyz`);
    expect(keptAlive.status).toBe(200);
    server.signal('SIGTERM');
    await until(() => server.stderr.includes('drain_began'));
    await expect(Autobahn.connect(server.webSocketUrl())).rejects.toThrow();
    await server.exit;
  });

  it('answers a publish that is under way', async () => {
    const server = await serve('30s');
    const body = JSON.stringify({ channel: 'demo/drain', payload: 1 });
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    const head = `POST /api/publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    socket.write(`${head}\r\nAuthorization: Bearer a-back-end-key-for-tests-only\r\n\r\n${body.slice(0, 5)}`);
    await until(() => server.running);
    await fetch(`${server.url}/healthz`);
    const begun = performance.now();
    server.signal('SIGTERM');
    await until(() => server.stderr.includes('drain_began'));
    socket.write(body.slice(5));
    await until(() => answer.includes('\r\n\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*connection: close/is);
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it.each([
    ['says nothing', ''],
    ['never finishes its request', UNFINISHED],
  ])('does not wait longer for a connection that %s', async (_name, octets) => {
    const server = await serve('500ms');
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined).write(octets);
    await fetch(`${server.url}/healthz`);
    const begun = performance.now();
    server.signal('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it('stops at once when it is asked a second time', async () => {
    const server = await serve('60s');
    // A request that does not end keeps it from being done with the first signal.
    const request = connect(server.port, '127.0.0.1');
    request.on('error', () => undefined).write(UNFINISHED);
    await fetch(`${server.url}/healthz`);
    const [page] = await pages(server, 5);
    server.signal('SIGTERM');
    await until(() => server.stderr.includes('drain_began'));
    expect(server.running).toBe(true);
    const begun = performance.now();
    server.signal('SIGTERM');
    const { code } = await server.exit;
    expect(code).not.toBe(0);
    expect(performance.now() - begun).toBeLessThan(5000);
    await until(() => page?.hangup !== undefined);
    expect(page?.hangup).toBe(HANGUP.lost);
  });

  it('exits 0 at once when nobody is connected, on SIGINT too', async () => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      const server = await serve('60s');
      const begun = performance.now();
      server.signal(name);
      expect(await server.exit).toEqual({ code: 0, signal: null });
      expect(performance.now() - begun).toBeLessThan(5000);
    }
  });

  it('lets PHP clients finish while it drains', async () => {
    const server = await serve('500ms');
    const client = await PhpClient.connect(server.webSocketUrl());
    await pages(server, 3);
    expect(await client.disconnect()).toBe(1000);
    server.signal('SIGTERM');
    expect((await server.exit).code).toBe(0);
  });
});
