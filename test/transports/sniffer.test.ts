import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { jsonReply } from '../../src/core/http.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import {
  AdmissionLimits,
  HttpTransport,
  RawSocketTransport,
  WebSocketTransport,
} from '../../src/transports/index.js';
import { testCertificate, writeCertificate } from '../support/certificate.js';
import { makeFolder } from '../support/folder.js';
import { RawSocketPeer } from '../support/raw-socket-peer.js';
import { quiet, until } from '../support/until.js';
import { LIMITS, OpenGateway } from './listener.js';

const folder = makeFolder();
const certificate = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem`, minVersion: 'TLSv1.2' } as const;
writeCertificate(folder, testCertificate('test'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function serve({ secure = false, limits: some = {} } = {}) {
  const gateway = new OpenGateway();
  const count = vi.fn();
  const limits = { ...LIMITS, ...some };
  const parts = { logger: NULL_LOGGER, meter: { count }, limits };
  const admission = new AdmissionLimits(limits);
  const rawSocket = new RawSocketTransport({ ...parts, gateway, admission });
  const webSocket = new WebSocketTransport({
    ...parts,
    gateway,
    admission,
    paths: ['/'],
    compression: false,
  });
  const http = new HttpTransport({
    ...parts,
    endpoints: [
      {
        method: 'POST',
        path: '/echo',
        bodyLimit: 100_000,
        handle: ({ body }) => jsonReply(200, { size: body.length }),
      },
    ],
    tls: secure ? certificate : undefined,
    others: [rawSocket],
  });
  webSocket.attach(http.server);
  const port = await http.listen('127.0.0.1', 0);
  const stop = async () => {
    const closed = http.close(100);
    await Promise.all([rawSocket.drain(0), webSocket.drain(0)]);
    await closed;
  };
  running.push(stop);
  return { port, count, gateway, rawSocket, webSocket, stop };
}

async function raw(port: number, pieces: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (data) => (text += data.toString('latin1'))).on('error', () => undefined);
  await once(socket, 'connect');
  for (const piece of pieces) {
    socket.write(piece);
    await sleep(5);
  }
  await until(() => socket.closed || text.includes('\r\n\r\n'));
  socket.destroy();
  return text;
}

const POST = `POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello`;

describe('a port that RawSocket shares with HTTP', () => {
  it.each([
    ['in the clear', false],
    ['over TLS', true],
  ])('tells the protocols by the first octet, %s', async (_how, secure) => {
    const { port, gateway, rawSocket, webSocket } = await serve({ secure });
    const peer = await RawSocketPeer.open(port, { secure });
    expect(peer.reply).toEqual(Buffer.from([0x7f, 0x71, 0, 0]));
    peer.send('by raw socket');
    const ws = new WebSocket(`${secure ? 'wss' : 'ws'}://127.0.0.1:${port}/`, 'wamp', {
      rejectUnauthorized: false,
    });
    await once(ws, 'open');
    ws.send('by web socket');
    await until(() => gateway.listeners.every(({ heard }) => heard.length === 1));
    expect(gateway.listeners.map(({ heard }) => heard)).toEqual([['by raw socket'], ['by web socket']]);
    expect([rawSocket.size, webSocket.size]).toEqual([1, 1]);
  });

  it.each([
    ['whole', [POST]],
    ['cut after the first octet', [POST.slice(0, 1), POST.slice(1)]],
    ['cut into single octets', [...POST]],
    ['cut before the body', POST.split(/(?<=\r\n\r\n)/)],
  ])('reads a request that arrives %s', async (_how, pieces) => {
    const { port } = await serve();
    expect(await raw(port, pieces)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('answers a request whose peer has ended its side with it, and pipelined ones', async () => {
    const { port } = await serve();
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.end(`${POST.replace('Connection: close\r\n', '')}${POST}`);
    await until(() => text.split('{"size":5}').length === 3);
    socket.destroy();
  });

  it('reads a large body, and many requests of one connection', async () => {
    const { port } = await serve();
    for (const size of [0, 1, 70_000, 100_000]) {
      const response = await fetch(`http://127.0.0.1:${port}/echo`, {
        method: 'POST',
        body: 'x'.repeat(size),
      });
      expect(await response.json()).toEqual({ size });
    }
  });

  it('takes a first octet that comes late', async () => {
    const { port } = await serve();
    const peer = await RawSocketPeer.connect(port);
    await quiet(300);
    for (const octet of [0x7f, 0xf1, 0, 0]) {
      peer.socket.write(Buffer.from([octet]));
      await sleep(20);
    }
    await until(() => peer.reply !== undefined);
    expect(await raw(port, ['', POST])).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('counts and closes connections that never say anything, and forgets those that go', async () => {
    const { port, count } = await serve({ limits: { handshakeTimeout: 100 } });
    const gone = await RawSocketPeer.connect(port);
    gone.socket.destroy();
    const lost = await RawSocketPeer.connect(port);
    lost.socket.resetAndDestroy();
    const silent = await Promise.all([RawSocketPeer.connect(port), RawSocketPeer.connect(port)]);
    await until(() => silent.every(({ closed }) => closed));
    const timeouts = count.mock.calls.filter(([, { code }]) => code === 'timeout');
    expect(timeouts).toHaveLength(2);
  });

  it('still bounds the time for a request', async () => {
    const { port, count } = await serve({ limits: { handshakeTimeout: 200 } });
    await raw(port, ['POST /echo HTTP/1.1\r\nHost: x\r\n']);
    const peer = await RawSocketPeer.connect(port);
    peer.socket.write(Buffer.from([0x7f]));
    await until(() => peer.closed);
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'timeout' });
  });

  it('answers what is neither as HTTP', async () => {
    const { port } = await serve();
    expect(await raw(port, ['\x00\x01\x02\x03'])).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('counts both kinds of connections together', async () => {
    const { port } = await serve({ limits: { connectionsPerAddress: 1 } });
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wamp');
    await once(ws, 'open');
    expect((await RawSocketPeer.open(port)).reply).toEqual(Buffer.from([0x7f, 0x40, 0, 0]));
  });

  it('ends connections that have said nothing when it stops', async () => {
    const { port, stop } = await serve({ limits: { handshakeTimeout: 60_000 } });
    const silent = await RawSocketPeer.connect(port);
    await quiet();
    await stop();
    running.pop();
    await until(() => silent.closed);
  });
});
