import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn, HANGUP } from '../support/autobahn.js';
import { testFolder } from '../support/folder.js';
import { RawWebSocket } from '../support/raw-websocket.js';
import { ServerProcess } from '../support/server.js';
import { eventually, until } from '../support/until.js';

const MEGABYTE = 1024 * 1024;

async function serve(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const server = await ServerProcess.start({ env });
  onTestFinished(() => server.stop());
  return server;
}

async function silentSockets(server: ServerProcess, count: number, octets = ''): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(server.port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket.on('error', () => undefined).resume(), 'connect')));
  if (octets !== '') for (const socket of sockets) socket.write(octets);
  return sockets;
}

function memory(server: ServerProcess): Promise<number> {
  return server.metric('process_resident_memory_bytes');
}

describe('a peer that does not read', () => {
  it('is dropped and told to come back, and the others wait for nothing', async () => {
    const server = await serve({ SIGNALBOX_LIMITS_BUFFER: '128kb', SIGNALBOX_LIMITS_PING: '60s' });
    const [slow, ...others] = await Promise.all(
      Array.from({ length: 5 }, () => Autobahn.connect(server.webSocketUrl())),
    );
    for (const page of [slow, ...others]) page?.subscribe('demo/slow');
    await Promise.all([slow, ...others].map((page) => page?.settle()));
    slow?.socket.socket.pause();
    const before = await memory(server);

    const payload = 'x'.repeat(32_768);
    let sent = 0;
    while ((await server.metric('signalbox_connections')) === 5 && sent < 2000) {
      await Promise.all(Array.from({ length: 10 }, () => server.publish('demo/slow', payload)));
      sent += 10;
    }
    expect(await server.metric('signalbox_connections')).toBe(4);
    expect(((await memory(server)) - before) / MEGABYTE).toBeLessThan(64);
    await until(() => others.every((page) => page.events('demo/slow').length === sent));

    slow?.socket.socket.resume();
    await until(() => slow?.hangup !== undefined);
    expect(slow?.hangup).toBe(HANGUP.lost);
    expect(slow?.thrown).toEqual([]);
  });

  it('and pings without end costs no memory', async () => {
    const server = await serve({ SIGNALBOX_LIMITS_MESSAGES: 'false' });
    const client = await RawWebSocket.open(server.webSocketUrl());
    client.socket.pause();
    const before = await memory(server);
    const pings = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from([0x89, 0x80, 0, 0, 0, 0])));
    const { socket } = client;
    for (let n = 0; n < 200 && !socket.destroyed; n++) {
      if (!socket.write(pings))
        await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
    }
    await eventually(async () => expect(await server.metric('signalbox_connections')).toBe(0));
    expect(((await memory(server)) - before) / MEGABYTE).toBeLessThan(32);
  });
});

describe('a peer that has gone without a word', () => {
  /** A client that behaves until its process is stopped: then the system still takes what is sent to it. */
  const CLIENT = `
    const { WebSocket } = require(process.argv[2]);
    const socket = new WebSocket(process.argv[3], 'wamp');
    socket.on('message', () => console.log('welcome'));
  `;

  it('is dropped when it does not answer a ping, and one that does is not', { timeout: 30_000 }, async () => {
    const server = await serve({ SIGNALBOX_LIMITS_PING: '2s', SIGNALBOX_LIMITS_PONG_TIMEOUT: '1s' });
    const page = await Autobahn.connect(server.webSocketUrl());
    const file = `${testFolder({ 'client.cjs': CLIENT })}/client.cjs`;
    const ws = createRequire(import.meta.url).resolve('ws');
    const client = spawn(process.execPath, [file, ws, server.webSocketUrl()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void client.kill('SIGKILL'));
    await once(client.stdout, 'data');
    client.kill('SIGSTOP');
    expect(await server.metric('signalbox_sessions')).toBe(2);
    await eventually(async () => expect(await server.metric('signalbox_sessions')).toBe(1));
    expect(page.hangup).toBeUndefined();
  });
});

describe('more peers than there may be', () => {
  it('are refused with a status and a time to come back, and back ends are served meanwhile', async () => {
    const server = await serve({ SIGNALBOX_LIMITS_CONNECTIONS: '50' });
    const clients = await Promise.all(
      Array.from({ length: 200 }, () => RawWebSocket.open(server.webSocketUrl())),
    );
    const statuses = clients.map(({ status }) => status);
    expect(statuses.filter((status) => status === 101)).toHaveLength(50);
    expect(new Set(statuses)).toEqual(new Set([101, 503]));
    expect(clients.find(({ status }) => status === 503)?.head).toMatch(/^retry-after: \d+$/im);
    expect(await server.metric('signalbox_refused_connections_total')).toBe(150);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await server.publish('demo/full', 1)).status).toBe(200);

    for (const client of clients) client.destroy();
    await eventually(async () => expect(await server.metric('signalbox_connections')).toBe(0));
    expect((await Autobahn.connect(server.webSocketUrl())).sessionId).toBeDefined();
  });

  it('of one address are refused by their own limit', async () => {
    const server = await serve({ SIGNALBOX_LIMITS_CONNECTIONS_PER_ADDRESS: '5' });
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => RawWebSocket.open(server.webSocketUrl())),
    );
    const refused = clients.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(15);
    expect(JSON.parse(refused[0]?.body ?? '')).toMatchObject({
      error: { code: 'limit_exceeded', message: expect.stringContaining('limits.connections_per_address') },
    });
  });
});

describe('connections that keep the server waiting', () => {
  const REQUEST = 'POST /api/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n';

  it.each([
    ['300 that say nothing', ''],
    ['300 that do not finish their first line', 'GET /ws HT'],
    ['300 that do not finish their headers', REQUEST],
    ['300 that do not finish their body', `${REQUEST}\r\n{`],
  ])('%s are closed within limits.handshake_timeout', async (_name, octets) => {
    const server = await serve({ SIGNALBOX_LIMITS_HANDSHAKE_TIMEOUT: '1s' });
    const begun = performance.now();
    const sockets = await silentSockets(server, 300, octets);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await until(() => sockets.every(({ destroyed }) => destroyed));
    expect(performance.now() - begun).toBeLessThan(5000);
    expect((await Autobahn.connect(server.webSocketUrl())).sessionId).toBeDefined();
  });

  it('are closed too when they send a header now and then', async () => {
    const server = await serve({ SIGNALBOX_LIMITS_HANDSHAKE_TIMEOUT: '1s' });
    const [socket] = (await silentSockets(server, 1, REQUEST)) as [Socket];
    const trickle = setInterval(() => socket.write('X-More: 1\r\n'), 100);
    await until(() => socket.destroyed);
    clearInterval(trickle);
  });
});

describe('a peer that floods', () => {
  it('slows itself down, loses nothing, and nobody else waits', async () => {
    const server = await serve({ SIGNALBOX_LIMITS_MESSAGES: '200/s' });
    const [flooder, witness] = (await Promise.all(
      [1, 2].map(() => Autobahn.connect(server.webSocketUrl())),
    )) as [Autobahn, Autobahn];
    witness.subscribe('demo/flood');
    await witness.settle();
    for (let n = 0; n < 600; n++) flooder.publish('demo/flood', n);
    const begun = performance.now();
    await witness.settle();
    expect(performance.now() - begun).toBeLessThan(1000);
    expect((await server.publish('demo/other', 1)).status).toBe(200);
    await until(() => witness.events('demo/flood').length === 600);
    expect(witness.events('demo/flood')).toEqual(Array.from({ length: 600 }, (_, n) => n));
    expect(await server.metric('signalbox_throttled_total')).toBeGreaterThan(0);
    expect(flooder.hangup).toBeUndefined();
  });
});
