import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Connection, ConnectionListener, Gateway } from '../../src/core/connection.js';
import { DISCONNECT, type Disconnect, RouterError } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { HttpTransport, type WebSocketOptions, WebSocketTransport } from '../../src/transports/index.js';
import { testCertificate, writeCertificate } from '../support/certificate.js';
import { makeFolder } from '../support/folder.js';
import { quiet, until } from '../support/until.js';
import { LIMITS, SlowGateway } from './listener.js';

/** A protocol side that keeps what it hears. */
class Listener implements ConnectionListener {
  readonly heard: string[] = [];
  ended: Disconnect | undefined;
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }
  received(data: Buffer): void {
    this.heard.push(data.toString());
  }
  disconnected(why: Disconnect): void {
    this.ended = why;
  }
  end(why: Disconnect): void {
    this.connection.close(why);
  }
}

const folder = makeFolder();
const certificate = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem`, minVersion: 'TLSv1.2' } as const;
writeCertificate(folder, testCertificate('test'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: { http: HttpTransport; webSocket: WebSocketTransport }[] = [];

afterEach(async () => {
  for (const { http, webSocket } of running.splice(0)) {
    const closed = http.close(0);
    await webSocket.drain(0);
    http.server.closeAllConnections();
    await closed;
  }
});

async function serve(
  more: {
    limits?: Partial<WebSocketOptions['limits']>;
    gateway?: Gateway;
    compression?: boolean;
    secure?: boolean;
  } = {},
) {
  const listeners: Listener[] = [];
  const count = vi.fn();
  const gateway: Gateway = more.gateway ?? {
    admit: async ({ subprotocols }) => ({
      subprotocol: subprotocols[0],
      accept(connection) {
        const listener = new Listener(connection);
        listeners.push(listener);
        connection.send(Frame.text('welcome'));
        return listener;
      },
    }),
  };
  const limits = { ...LIMITS, ...more.limits };
  const tls = more.secure ? certificate : undefined;
  const http = new HttpTransport({ endpoints: [], logger: NULL_LOGGER, meter: { count }, tls, limits });
  const webSocket = new WebSocketTransport({
    gateway,
    logger: NULL_LOGGER,
    meter: { count },
    paths: ['/', '/ws'],
    compression: more.compression ?? false,
    limits,
  });
  webSocket.attach(http.server);
  running.push({ http, webSocket });
  const port = await http.listen('127.0.0.1', 0);
  return { listeners, count, webSocket, port, url: `${more.secure ? 'wss' : 'ws'}://127.0.0.1:${port}` };
}

async function open(url: string, options?: object): Promise<{ ws: WebSocket; messages: string[] }> {
  const ws = new WebSocket(url, 'wamp', { rejectUnauthorized: false, ...options });
  const messages: string[] = [];
  ws.on('message', (data) => messages.push(data.toString()));
  ws.on('error', () => undefined);
  await once(ws, 'open');
  return { ws, messages };
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const upgrade = (target: string, more: string[] = []) =>
  [
    `GET ${target} HTTP/1.1`,
    'Host: x',
    'Upgrade: WebSocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Version: 13',
    ...more,
    '',
    '',
  ].join('\r\n');

async function raw(
  port: number,
  ...writes: string[]
): Promise<{ socket: Socket; text: () => string; closed: Promise<unknown>; first: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  const closed = once(socket, 'close');
  socket.on('data', (data) => (text += data.toString('latin1')));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const first = once(socket, 'data');
  for (const data of writes) socket.write(data);
  return { socket, text: () => text, closed, first };
}

describe('the upgrade', () => {
  it('is followed by the first message in the same segment', async () => {
    const { port } = await serve();
    for (let i = 0; i < 20; i++) {
      const { socket, first } = await raw(port, upgrade('/ws'));
      const [data] = (await first) as [Buffer];
      expect(data.toString('latin1')).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\n\x81\x07welcome$/);
      socket.destroy();
    }
  });

  it.each(['/', '/ws', '/ws?ticket=x', 'ws://host:80/ws', 'http://[::1]/'])(
    'takes the request line %s',
    async (target) => {
      const { port } = await serve();
      const { socket, first } = await raw(port, upgrade(target));
      expect(String(((await first) as [Buffer])[0])).toContain('101 Switching Protocols');
      socket.destroy();
    },
  );

  it.each([
    ['another path', upgrade('/other'), 404, 'listen.paths'],
    ['a URL that is none', upgrade('http://['), 400, 'bad_request'],
    ['a short key', upgrade('/ws').replace(KEY, 'c2hvcnQ='), 400, ''],
    ['no key', upgrade('/ws').replace(/Sec-WebSocket-Key.*\r\n/, ''), 400, ''],
    [
      'another version',
      upgrade('/ws').replace('Version: 13', 'Version: 12'),
      400,
      'Sec-WebSocket-Version: 13',
    ],
    ['a POST', upgrade('/ws').replace('GET', 'POST'), 405, ''],
  ])('refuses %s', async (_text, request, status, text) => {
    const { port, webSocket } = await serve();
    const peer = await raw(port, request);
    await peer.closed;
    expect(peer.text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(peer.text()).toContain(text);
    expect(webSocket.size).toBe(0);
  });

  it('survives headers that no parser takes', async () => {
    const { port } = await serve();
    for (const request of [
      '\x00\x01\x02',
      'get / http/9\r\n\r\n',
      `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(3000)}\r\n`,
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
    ]) {
      const peer = await raw(port, request);
      await peer.closed;
      expect(peer.text()).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expect((await open(`ws://127.0.0.1:${port}`)).ws.readyState).toBe(WebSocket.OPEN);
  });

  it('is refused with the code, reason and remedy of the gateway', async () => {
    const gateway = {
      admit: () => Promise.reject(new RouterError('forbidden', 'not you', { hint: 'be another' })),
    };
    const { port, count } = await serve({ gateway });
    const peer = await raw(port, upgrade('/ws'));
    await peer.closed;
    expect(peer.text()).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(peer.text()).toMatch(
      /\{"error":\{"code":"forbidden","message":"not you","hint":"be another","request":"r-[0-9a-f]{16}"\}\}/,
    );
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'forbidden' });
  });

  it('tells a stranger nothing of an internal error', async () => {
    const { port } = await serve({ gateway: { admit: () => Promise.reject(new Error('secret')) } });
    const peer = await raw(port, upgrade('/ws'));
    await peer.closed;
    expect(peer.text()).toMatch(/^HTTP\/1\.1 500 /);
    expect(peer.text()).not.toContain('secret');
  });

  it('gives up on a gateway that does not answer', async () => {
    const { port } = await serve({
      gateway: { admit: () => new Promise(() => undefined) },
      limits: { handshakeTimeout: 50 },
    });
    await (await raw(port, upgrade('/ws'))).closed;
  });

  it('forgets a peer that goes before the decision', async () => {
    const gateway = new SlowGateway((connection) => new Listener(connection));
    const { port, webSocket } = await serve({ gateway, limits: { connections: 1 } });
    for (let i = 1; i <= 3; i++) {
      const peer = await raw(port, upgrade('/ws'));
      await until(() => gateway.asked === i);
      peer.socket.resetAndDestroy();
      await peer.closed;
      await quiet();
      gateway.decide();
      await until(() => webSocket.size === 0);
    }
  });

  it('counts connections in all and by address, and refuses the ones over the limits', async () => {
    const { url, port } = await serve({ limits: { connectionsPerAddress: 2 } });
    const first = await open(url);
    await open(url);
    const refused = await raw(port, upgrade('/ws'));
    await refused.closed;
    expect(refused.text()).toMatch(/^HTTP\/1\.1 429 [\s\S]*limits\.connections_per_address of 2/);
    first.ws.terminate();
    await vi.waitFor(() => open(url));
    const full = await serve({ limits: { connections: 0 } });
    const peer = await raw(full.port, upgrade('/ws'));
    await peer.closed;
    expect(peer.text()).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: [3-8]\b/);
  });

  it('ends a connection that never says anything, or says it too slowly', async () => {
    const { port } = await serve({ limits: { handshakeTimeout: 200 } });
    await (await raw(port)).closed;
    const slow = await raw(port, 'GET / HTTP/1.1\r\n');
    const drip = setInterval(() => slow.socket.write('a: b\r\n'), 50);
    await slow.closed;
    clearInterval(drip);
  });
});

describe('an open connection', () => {
  it.each([
    { compression: false, secure: false },
    { compression: true, secure: false },
    { compression: false, secure: true },
    { compression: true, secure: true },
  ])('carries messages both ways and in order (%o)', async ({ compression, secure }) => {
    const { url, listeners } = await serve({ compression, secure });
    const { ws, messages } = await open(url, { perMessageDeflate: compression });
    expect(ws.extensions).toBe(compression ? 'permessage-deflate' : '');
    const texts = [1, 125, 126, 65_535, 65_536].map((size) => 'ä'.repeat(size / 2) + 'x'.repeat(size % 2));
    for (const text of texts) listeners[0]?.connection.send(Frame.text(text));
    await vi.waitFor(() => expect(messages).toHaveLength(6));
    expect(messages).toEqual(['welcome', ...texts]);
    ws.send('hello');
    await vi.waitFor(() => expect(listeners[0]?.heard).toEqual(['hello']));
  });

  it('stays intact while pings and messages interleave', async () => {
    const { url, listeners } = await serve();
    const { ws, messages } = await open(url);
    const pong = vi.fn();
    ws.on('pong', pong);
    for (let i = 0; i < 300; i++) {
      listeners[0]?.connection.send(Frame.text(`${i}:${'x'.repeat(i * 7)}`));
      if (i % 10 === 0) ws.ping(`p${i}`);
      if (i % 25 === 0) await sleep(1);
    }
    await vi.waitFor(() => expect(messages).toHaveLength(301));
    expect(messages.slice(1).map((text) => Number(text.split(':')[0]))).toEqual(
      Array.from({ length: 300 }, (_v, i) => i),
    );
    await vi.waitFor(() => expect(pong).toHaveBeenCalledTimes(30));
  });

  it('sends what was said before it closes, with code and reason', async () => {
    const { url, listeners } = await serve();
    const { ws, messages } = await open(url);
    listeners[0]?.connection.send(Frame.text('last words'));
    listeners[0]?.connection.close(DISCONNECT.malformed);
    const [code, reason] = await once(ws, 'close');
    expect([code, String(reason)]).toEqual([4501, 'malformed message']);
    expect(messages).toEqual(['welcome', 'last words']);
    await vi.waitFor(() => expect(listeners[0]?.ended).toEqual(DISCONNECT.malformed));
  });

  it('looks lost to the peer when it is dropped', async () => {
    const { url, listeners } = await serve();
    const { ws } = await open(url);
    listeners[0]?.connection.drop(DISCONNECT.draining);
    expect((await once(ws, 'close'))[0]).toBe(1006);
    await vi.waitFor(() => expect(listeners[0]?.ended).toEqual(DISCONNECT.draining));
  });

  it('ignores what is sent after its end', async () => {
    const { url, listeners } = await serve();
    const { ws } = await open(url);
    ws.terminate();
    await vi.waitFor(() => expect(listeners[0]?.ended).toEqual(DISCONNECT.lost));
    listeners[0]?.connection.send(Frame.text('x'));
    listeners[0]?.connection.close(DISCONNECT.closed);
    listeners[0]?.connection.drop(DISCONNECT.closed);
    await quiet();
  });

  it.each([
    ['in the clear', false],
    ['over TLS', true],
  ])('ends a consumer that reads nothing %s, at the bound and not before', async (_how, secure) => {
    const { url, listeners, count } = await serve({ limits: { buffer: 1024 * 1024 }, secure });
    const { ws } = await open(url);
    ws.pause();
    const chunk = 'x'.repeat(65_536);
    for (let i = 0; i < 2000 && listeners[0]?.ended === undefined; i++) {
      listeners[0]?.connection.send(Frame.text(chunk));
      await sleep(0);
    }
    expect(listeners[0]?.ended).toEqual(DISCONNECT.slowConsumer);
    expect(count).toHaveBeenCalledWith('signalbox_disconnects_total', { code: '4008' });
  });

  it.each([1000, 70_000])('closes at a message over a limit of %d octets with 1009', async (message) => {
    const { url, listeners } = await serve({ limits: { message } });
    const { ws } = await open(url);
    ws.send('x'.repeat(message + 1));
    expect((await once(ws, 'close'))[0]).toBe(1009);
    expect(listeners[0]?.heard).toEqual([]);
  });

  it.each([
    ['in the clear', false],
    ['over TLS', true],
  ])('is not read for a while when it floods %s, and loses nothing', async (_how, secure) => {
    const { url, listeners, count } = await serve({
      limits: { messages: { rate: 1000, burst: 10 } },
      secure,
    });
    const { ws } = await open(url);
    for (let i = 0; i < 200; i++) ws.send(String(i));
    await vi.waitFor(() => expect(listeners[0]?.heard).toHaveLength(200), { timeout: 5000 });
    expect(listeners[0]?.heard.map(Number)).toEqual(Array.from({ length: 200 }, (_v, i) => i));
    expect(count).toHaveBeenCalledWith('signalbox_throttled_total', { limit: 'messages' });
  });

  it('is dropped when it does not answer a ping in time', async () => {
    const { url, listeners } = await serve({ limits: { ping: 2000, pongTimeout: 1000 } });
    const { ws } = await open(url, { autoPong: false });
    const [code] = await once(ws, 'close');
    expect(code).toBe(1006);
    await vi.waitFor(() => expect(listeners[0]?.ended).toEqual(DISCONNECT.noPong));
  });

  it('is not blamed for an answer that the server does not read', async () => {
    const { url, listeners } = await serve({ limits: { ping: 2000, pongTimeout: 1000 } });
    const { ws } = await open(url);
    let pings = 0;
    ws.on('ping', () => pings++);
    listeners[0]?.connection.pause();
    // Whoever is blamed gets no second one.
    await until(() => pings === 2);
    expect(listeners[0]?.ended).toBeUndefined();
    listeners[0]?.connection.resume();
    ws.send('still here');
    await vi.waitFor(() => expect(listeners[0]?.heard).toEqual(['still here']));
  });

  it('is ended when it never says anything', async () => {
    const { url, listeners } = await serve({ limits: { ping: 2000, pongTimeout: 1000, silence: 500 } });
    const { ws } = await open(url);
    expect((await once(ws, 'close'))[0]).toBe(DISCONNECT.silent.code);
    await vi.waitFor(() => expect(listeners[0]?.ended).toEqual(DISCONNECT.silent));
  });

  it.each([
    ['a reserved opcode', [0x83, 0x80, 0, 0, 0, 0]],
    ['a reserved bit', [0xc1, 0x80, 0, 0, 0, 0]],
    ['an unmasked frame', [0x81, 0x01, 0x41]],
    ['a long ping', [0x89, 0xfe, 0x00, 0x7e]],
    ['a split ping', [0x09, 0x80, 0, 0, 0, 0]],
    ['a continuation of nothing', [0x80, 0x80, 0, 0, 0, 0]],
    ['a length beyond all bounds', [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['text that is not UTF-8', [0x81, 0x81, 0, 0, 0, 0, 0xff]],
    ['a close code that is none', [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed]],
    ['half a close code', [0x88, 0x81, 0, 0, 0, 0, 0x03]],
  ])('ends at %s', async (_text, bytes) => {
    const { port, listeners } = await serve();
    const { socket, first, closed } = await raw(port, upgrade('/'));
    await first;
    socket.write(Buffer.from(bytes));
    await closed;
    await vi.waitFor(() => expect(listeners[0]?.ended).toBeDefined());
    expect(listeners[0]?.heard).toEqual([]);
  });

  it('is told to go when the server drains, and is gone after', async () => {
    const { url, webSocket } = await serve();
    const peers = await Promise.all([open(url), open(url), open(url)]);
    const closes = peers.map(({ ws }) => once(ws, 'close'));
    await webSocket.drain(50);
    for (const close of closes) expect([4001, 1006]).toContain((await close)[0]);
    expect(webSocket.size).toBe(0);
  });
});
