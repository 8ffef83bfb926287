import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { DISCONNECT } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { FakeConnection } from '../../src/testing.js';
import {
  HttpTransport,
  LongPollTransport,
  RawSocketTransport,
  WebSocketTransport,
} from '../../src/transports/index.js';
import { RawSocketPeer } from '../support/raw-socket-peer.js';
import { quiet, until } from '../support/until.js';
import { LIMITS, OpenGateway } from './listener.js';

const running: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function serve(compression = false) {
  const gateway = new OpenGateway();
  const limits = { ...LIMITS, buffer: 2 ** 27 };
  const parts = { logger: NULL_LOGGER, meter: NULL_METER, gateway, limits };
  const rawSocket = new RawSocketTransport(parts);
  const longPoll = new LongPollTransport({ ...parts, path: '/lp', checkOrigin: () => undefined });
  const webSocket = new WebSocketTransport({ ...parts, paths: ['/'], compression });
  const http = new HttpTransport({ ...parts, endpoints: longPoll.endpoints, others: [rawSocket] });
  webSocket.attach(http.server);
  const port = await http.listen('127.0.0.1', 0);
  running.push(async () => {
    const closed = http.close(0);
    await Promise.all([rawSocket, longPoll, webSocket].map((transport) => transport.drain(0)));
    await closed;
  });
  return { port, gateway };
}

/** A connection whose peer stops reading when it is told to. */
async function open(kind: 'WebSocket' | 'compressed WebSocket' | 'RawSocket') {
  const { port, gateway } = await serve(kind === 'compressed WebSocket');
  let peer: { pause(): unknown; resume(): unknown };
  if (kind === 'RawSocket') peer = (await RawSocketPeer.open(port)).socket;
  else {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wamp');
    await once(ws, 'open');
    peer = ws;
  }
  await until(() => gateway.listeners.length === 1);
  const connection = gateway.listeners[0]?.connection;
  if (connection === undefined) throw new Error('nobody has connected');
  return { peer, connection };
}

/** Octets that do not become less when they are compressed. */
function noise(length: number): Frame {
  const octets = Buffer.alloc(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    octets[i] = state >>> 16;
  }
  return new Frame(octets, true);
}

describe.each(['WebSocket', 'compressed WebSocket', 'RawSocket'] as const)('a connection of %s', (kind) => {
  it('says when what was sent is with the operating system, and not before', async () => {
    const { peer, connection } = await open(kind);
    const sent: string[] = [];
    await quiet();
    connection.whenSent?.(() => sent.push('nothing'));
    await until(() => sent.length === 1);
    connection.send(Frame.text('a'));
    connection.whenSent?.(() => sent.push('a'));
    connection.whenSent?.(() => sent.push('a, too'));
    expect(sent).toEqual(['nothing']);
    await until(() => sent.length === 3);
    peer.pause();
    const much = noise(2 ** 23);
    for (let i = 0; i < 3; i++) connection.send(much);
    connection.whenSent?.(() => sent.push('much'));
    await quiet(1000);
    connection.whenSent?.(() => sent.push('after much'));
    await quiet();
    expect(sent).toEqual(['nothing', 'a', 'a, too']);
    peer.resume();
    await until(() => sent.length === 5);
    expect(sent.slice(3)).toEqual(['much', 'after much']);
  });

  it('does not say so when it has ended before', async () => {
    const { peer, connection } = await open(kind);
    peer.pause();
    const done = vi.fn();
    for (let i = 0; i < 3; i++) connection.send(noise(2 ** 23));
    connection.whenSent?.(done);
    await quiet(1000);
    connection.whenSent?.(done);
    connection.drop(DISCONNECT.ended);
    connection.whenSent?.(done);
    await quiet(50);
    expect(done).not.toHaveBeenCalled();
  });
});

describe('a connection of long-poll', () => {
  it('says that messages were sent when the peer asks for the next ones', async () => {
    const { port, gateway } = await serve();
    const post = (path: string, body = '') =>
      fetch(`http://127.0.0.1:${port}/lp/${path}`, { method: 'POST', body });
    const opened = await post('open', '{"protocols":["wamp.2.json"]}');
    const { transport } = (await opened.json()) as { transport: string };
    const connection = gateway.listeners[0]?.connection;
    const sent: string[] = [];
    connection?.whenSent?.(() => sent.push('welcome'));
    connection?.send(Frame.text('a'));
    connection?.whenSent?.(() => sent.push('a'));
    const heard = [await (await post(`${transport}/receive`)).text()];
    expect(sent).toEqual([]);
    heard.push(await (await post(`${transport}/receive`)).text());
    expect([heard, sent]).toEqual([['welcome', 'a'], ['welcome']]);
    const next = post(`${transport}/receive`);
    await until(() => sent.length === 2);
    connection?.whenSent?.(() => sent.push('nothing'));
    await until(() => sent.length === 3);
    connection?.send(Frame.text('b'));
    await next;
    connection?.whenSent?.(() => sent.push('b'));
    connection?.drop(DISCONNECT.ended);
    await quiet();
    expect(sent).toEqual(['welcome', 'a', 'nothing']);
  });
});

describe('a connection of tests', () => {
  it('sends at once, or when it is told to', () => {
    const [connection, done] = [new FakeConnection(), vi.fn()];
    connection.whenSent(done);
    expect(done).toHaveBeenCalledOnce();
    connection.holds = true;
    connection.whenSent(done);
    expect(done).toHaveBeenCalledOnce();
    connection.flush();
    expect(done).toHaveBeenCalledTimes(2);
    connection.whenSent(done);
    connection.drop(DISCONNECT.lost);
    connection.flush();
    expect(done).toHaveBeenCalledTimes(2);
  });
});
