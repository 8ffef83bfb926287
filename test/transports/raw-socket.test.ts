import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Gateway } from '../../src/core/connection.js';
import { DISCONNECT, overLimit, RouterError } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { PeerAddresses, type RawSocketOptions, RawSocketTransport } from '../../src/transports/index.js';
import { testCertificate, writeCertificate } from '../support/certificate.js';
import { makeFolder } from '../support/folder.js';
import { RawSocketPeer, rawFrame } from '../support/raw-socket-peer.js';
import { quiet, until } from '../support/until.js';
import { LIMITS, Listener, OpenGateway, SlowGateway } from './listener.js';

const folder = makeFolder();
const certificate = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem`, minVersion: 'TLSv1.2' } as const;
writeCertificate(folder, testCertificate('test'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: RawSocketTransport[] = [];

afterEach(async () => {
  for (const transport of running.splice(0)) await transport.drain(0);
});

async function serve(
  more: {
    limits?: Partial<RawSocketOptions['limits']>;
    gateway?: Gateway;
    secure?: boolean;
    addresses?: PeerAddresses;
  } = {},
) {
  const open = new OpenGateway();
  const count = vi.fn();
  const info = vi.fn();
  const transport = new RawSocketTransport({
    gateway: more.gateway ?? open,
    logger: { ...NULL_LOGGER, info },
    meter: { count },
    addresses: more.addresses ?? new PeerAddresses(),
    tls: more.secure ? certificate : undefined,
    limits: { ...LIMITS, ...more.limits },
  });
  running.push(transport);
  const port = await transport.listen('127.0.0.1', 0);
  return { port, transport, count, info, listeners: open.listeners, handshakes: open.handshakes };
}

const reply = (second: number) => Buffer.from([0x7f, second, 0, 0]);

describe('the handshake of RawSocket', () => {
  it.each([
    ['json', 1, 'wamp.2.json', false],
    ['msgpack', 2, 'wamp.2.msgpack', true],
    ['cbor', 3, 'wamp.2.cbor', true],
  ])(
    'chooses the sub-protocol for %s, and echoes it with the length of limits.message',
    async (_name, serializer, subprotocol, binary) => {
      const { port, handshakes, listeners } = await serve();
      const peer = await RawSocketPeer.open(port, { second: 0xf0 | serializer });
      expect(peer.reply).toEqual(reply(0x70 | serializer));
      expect(handshakes).toMatchObject([
        { subprotocols: [subprotocol], headers: {}, remoteAddress: '127.0.0.1' },
      ]);
      await until(() => peer.texts.length === 1);
      expect(peer.texts).toEqual(['welcome']);
      peer.send('hello');
      await until(() => listeners[0]?.heard.length === 1);
      expect([listeners[0]?.heard, listeners[0]?.binaries]).toEqual([['hello'], [binary]]);
      expect(listeners[0]?.connection).toMatchObject({ transport: 'tcp', remoteAddress: '127.0.0.1' });
    },
  );

  it.each([
    [512, 0x01],
    [1023, 0x01],
    [65_535, 0x61],
    [2 ** 24, 0xf1],
    [2 ** 30, 0xf1],
  ])('announces the largest power of two within limits.message of %d', async (message, second) => {
    const { port } = await serve({ limits: { message } });
    expect((await RawSocketPeer.open(port)).reply).toEqual(reply(second));
  });

  it('works octet by octet, also with a message that does not wait for the answer', async () => {
    const { port, listeners } = await serve();
    const peer = await RawSocketPeer.connect(port);
    for (const octet of Buffer.concat([reply(0xf1), rawFrame(0, 'early'), rawFrame(0, 'second')])) {
      peer.socket.write(Buffer.from([octet]));
      await sleep(1);
    }
    await until(() => listeners[0]?.heard.length === 2);
    expect(listeners[0]?.heard).toEqual(['early', 'second']);
    const hasty = await RawSocketPeer.connect(port);
    hasty.socket.write(Buffer.concat([reply(0xf1), rawFrame(0, 'early')]));
    await until(() => listeners[1]?.heard.length === 1);
  });

  it.each([
    ['no serializer', [0x7f, 0xf0, 0, 0], 0x10],
    ['UBJSON', [0x7f, 0xf4, 0, 0], 0x10],
    ['an unknown serializer', [0x7f, 0xff, 0, 0], 0x10],
    ['the third octet', [0x7f, 0xf1, 1, 0], 0x30],
    ['the fourth octet', [0x7f, 0xf1, 0, 0x80], 0x30],
  ])('refuses %s with an error reply', async (_text, octets, second) => {
    const { port, count, listeners } = await serve();
    const peer = await RawSocketPeer.connect(port);
    peer.socket.write(Buffer.from(octets));
    await until(() => peer.closed);
    expect(peer.reply).toEqual(reply(second));
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'bad_request' });
    expect(listeners).toEqual([]);
  });

  it('does not answer what is no handshake', async () => {
    const { port, count } = await serve();
    const peer = await RawSocketPeer.connect(port);
    peer.socket.write('GET / HTTP/1.1\r\n\r\n');
    await until(() => peer.closed);
    expect(peer.reply).toBeUndefined();
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'bad_request' });
  });

  it.each([
    ['a gateway without the sub-protocol', new RouterError('bad_request', 'not spoken'), 0x10],
    ['a gateway that drains', new RouterError('unavailable', 'stopping'), 0x40],
    ['an origin policy', new RouterError('forbidden', 'no origin'), 0x40],
    ['a limit', overLimit('limits.failed_logins', 'too many'), 0x40],
    ['an error of ours', new Error('secret'), 0x40],
  ])('is refused by %s', async (_text, error, second) => {
    const { port, transport } = await serve({ gateway: { admit: () => Promise.reject(error) } });
    const peer = await RawSocketPeer.open(port);
    expect(peer.reply).toEqual(reply(second));
    await until(() => peer.closed);
    expect(transport.size).toBe(0);
  });

  it('is refused where limits.message is under any length that can be said', async () => {
    const { port, count } = await serve({ limits: { message: 511 } });
    expect((await RawSocketPeer.open(port)).reply).toEqual(reply(0x20));
    expect(count).toHaveBeenCalledWith('signalbox_limits_reached_total', { limit: 'limits.message' });
  });

  it('counts connections in all and by address, and says 4 to one too many', async () => {
    const { port, count, info } = await serve({ limits: { connectionsPerAddress: 2 } });
    const [first] = [await RawSocketPeer.open(port), await RawSocketPeer.open(port)];
    expect((await RawSocketPeer.open(port)).reply).toEqual(reply(0x40));
    expect(count).toHaveBeenCalledWith('signalbox_limits_reached_total', {
      limit: 'limits.connections_per_address',
    });
    expect(info).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'limit_exceeded', remoteAddress: '127.0.0.1' }),
      'connection refused',
    );
    first?.socket.destroy();
    await vi.waitFor(async () => expect((await RawSocketPeer.open(port)).reply).toEqual(reply(0x71)));
  });

  it('gives up on a peer that says nothing, or half of it, or that is not decided upon', async () => {
    const never: Gateway = { admit: () => new Promise(() => undefined) };
    const { port, count } = await serve({ limits: { handshakeTimeout: 100 }, gateway: never });
    const silent = await RawSocketPeer.connect(port);
    const half = await RawSocketPeer.connect(port);
    half.socket.write(Buffer.from([0x7f, 0xf1]));
    const whole = await RawSocketPeer.connect(port);
    whole.socket.write(reply(0xf1));
    await until(() => silent.closed && half.closed && whole.closed);
    const timeouts = count.mock.calls.filter(([, { code }]) => code === 'timeout');
    expect(timeouts).toHaveLength(3);
  });

  it('makes no fuss of who connects and goes', async () => {
    const { port, count, info } = await serve();
    for (const octets of ['', '\x7f']) {
      const peer = await RawSocketPeer.connect(port);
      peer.socket.end(octets);
      await until(() => peer.closed);
    }
    await quiet();
    expect(count).not.toHaveBeenCalled();
    expect(info).not.toHaveBeenCalled();
  });

  it('forgets a peer that goes before the decision, and one whose protocol fails', async () => {
    const slow = new SlowGateway((connection) => new Listener(connection));
    const broken: Gateway = {
      admit: async () => ({
        subprotocol: undefined,
        accept() {
          throw new Error('broken');
        },
      }),
    };
    for (const gateway of [slow, broken]) {
      const { port, transport } = await serve({ gateway, limits: { connections: 1 } });
      for (let i = 1; i <= 3; i++) {
        const peer = await RawSocketPeer.connect(port);
        peer.socket.write(reply(0xf1));
        if (gateway === slow) {
          await until(() => slow.asked === i);
          peer.socket.resetAndDestroy();
          await quiet();
          slow.decide();
        } else await until(() => peer.closed);
        await until(() => transport.size === 0);
      }
    }
  });

  it('closes the connection of a blocked address unheard', async () => {
    const { port, count } = await serve({ addresses: new PeerAddresses({ blocked: ['127.0.0.1'] }) });
    const peer = await RawSocketPeer.open(port);
    expect([peer.closed, peer.reply]).toEqual([true, undefined]);
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'forbidden' });
  });
});

describe('an open RawSocket connection', () => {
  it.each([
    ['in the clear', false],
    ['over TLS', true],
  ])('carries messages of all sizes both ways and in order, %s', async (_how, secure) => {
    const { port, listeners } = await serve({ secure, limits: { message: 2 ** 20, buffer: 2 ** 22 } });
    const peer = await RawSocketPeer.open(port, { secure });
    const texts = [0, 1, 255, 256, 65_535, 65_536, 2 ** 20].map((size) => 'x'.repeat(size));
    for (const text of texts) {
      listeners[0]?.connection.send(Frame.text(text));
      peer.send(text);
    }
    await until(() => peer.texts.length === 8 && listeners[0]?.heard.length === 7);
    expect(peer.texts).toEqual(['welcome', ...texts]);
    expect(listeners[0]?.heard).toEqual(texts);
  });

  it('answers each ping with its payload, between whole messages', async () => {
    const { port, listeners } = await serve();
    const peer = await RawSocketPeer.open(port);
    for (let i = 0; i < 100; i++) {
      listeners[0]?.connection.send(Frame.text(`message ${i} ${'x'.repeat(i * 11)}`));
      peer.send(`ping ${i}`, 1);
      if (i % 10 === 0) await sleep(1);
    }
    peer.send('', 1);
    peer.send('an answer to nothing', 2);
    await until(() => peer.frames.length === 202);
    const pongs = peer.frames.filter(({ type }) => type === 2).map(({ payload }) => payload.toString());
    expect(pongs).toEqual([...Array.from({ length: 100 }, (_v, i) => `ping ${i}`), '']);
    expect(peer.texts.slice(1).map((text) => Number(text.split(' ')[1]))).toEqual(
      Array.from({ length: 100 }, (_v, i) => i),
    );
    expect(listeners[0]?.heard).toEqual([]);
  });

  it.each([
    ['a message over the length that was announced', rawFrame(0, 'x'.repeat(1025)), DISCONNECT.tooLarge, 0],
    ['reserved bits', Buffer.from([0x80, 0, 0, 0]), { code: 4501 }, 1],
    ['text that is not UTF-8', rawFrame(0, Buffer.from([0x22, 0xff, 0x22])), { code: 4501 }, 1],
  ])('ends at %s', async (_text, octets, why, malformed) => {
    const { port, listeners, count } = await serve({ limits: { message: 1100 } });
    const peer = await RawSocketPeer.open(port);
    peer.socket.write(Buffer.concat([octets, rawFrame(0, 'after')]));
    await until(() => peer.closed);
    expect(listeners[0]).toMatchObject({ heard: [], ends: 1, ended: why });
    const counted = count.mock.calls.filter(([name]) => name === 'signalbox_malformed_messages_total');
    expect(counted).toHaveLength(malformed);
  });

  it('takes octets that are no UTF-8 from a binary serializer', async () => {
    const { port, listeners } = await serve();
    const peer = await RawSocketPeer.open(port, { second: 0xf3 });
    peer.send(Buffer.from([0xff, 0xfe]));
    await until(() => listeners[0]?.heard.length === 1);
  });

  it('is closed, and says so in the log, when a message is longer than the peer takes', async () => {
    const { port, listeners, info } = await serve();
    const peer = await RawSocketPeer.open(port, { second: 0x01 });
    listeners[0]?.connection.send(Frame.text('x'.repeat(512)));
    listeners[0]?.connection.send(Frame.text('y'.repeat(513)));
    listeners[0]?.connection.send(Frame.text('after'));
    await until(() => peer.closed);
    expect(peer.texts).toEqual(['welcome', 'x'.repeat(512)]);
    expect(listeners[0]?.ended).toMatchObject({ code: 1009, reconnect: false });
    expect(info).toHaveBeenCalledWith(
      expect.objectContaining({ size: 513 }),
      'message over the length that a peer takes',
    );
  });

  it('sends what was said before it closes', async () => {
    const { port, listeners } = await serve();
    const peer = await RawSocketPeer.open(port);
    listeners[0]?.connection.send(Frame.text('last words'));
    listeners[0]?.connection.close(DISCONNECT.malformed);
    listeners[0]?.connection.send(Frame.text('too late'));
    await until(() => peer.closed);
    expect([peer.texts, peer.finished, peer.error]).toEqual([['welcome', 'last words'], true, undefined]);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.malformed, ends: 1 });
  });

  it('is freed when the peer keeps its side open after the end, as AutobahnJS does', async () => {
    const { port, listeners, transport } = await serve();
    const peer = await RawSocketPeer.open(port, { allowHalfOpen: true });
    listeners[0]?.connection.close(DISCONNECT.closed);
    await until(() => peer.finished);
    expect([transport.size, listeners[0]?.ended]).toEqual([1, undefined]);
    await until(() => transport.size === 0);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.closed, ends: 1 });
    peer.socket.destroy();
  });

  it('looks lost to the peer when it is dropped', async () => {
    const { port, listeners } = await serve();
    const peer = await RawSocketPeer.open(port, { allowHalfOpen: true });
    await until(() => peer.texts.length === 1);
    listeners[0]?.connection.drop(DISCONNECT.draining);
    await until(() => peer.closed);
    expect(peer.error?.code).toBe('ECONNRESET');
    await until(() => listeners[0]?.ended !== undefined);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.draining, ends: 1 });
  });

  it('tells a peer that ends from one that is lost', async () => {
    const { port, listeners } = await serve();
    (await RawSocketPeer.open(port)).socket.end();
    await until(() => listeners[0]?.ended !== undefined);
    (await RawSocketPeer.open(port)).socket.resetAndDestroy();
    await until(() => listeners[1]?.ended !== undefined);
    expect(listeners.map(({ ended }) => ended?.code)).toEqual([1000, 1006]);
    for (const { connection } of listeners) {
      connection.send(Frame.text('x'));
      connection.close(DISCONNECT.closed);
      connection.drop(DISCONNECT.closed);
    }
    await quiet();
    expect(listeners.map(({ ends }) => ends)).toEqual([1, 1]);
  });

  it.each([
    ['in the clear', false],
    ['over TLS', true],
  ])('ends a consumer that reads nothing %s, at the bound and not before', async (_how, secure) => {
    const { port, listeners, count } = await serve({ limits: { buffer: 1024 * 1024 }, secure });
    const peer = await RawSocketPeer.open(port, { secure });
    peer.socket.pause();
    const frame = Frame.text('x'.repeat(65_536));
    for (let i = 0; i < 2000 && listeners[0]?.ended === undefined; i++) {
      listeners[0]?.connection.send(frame);
      await sleep(0);
      if (i === 12) expect(listeners[0]?.ended).toBeUndefined();
    }
    expect(listeners[0]?.ended).toEqual(DISCONNECT.slowConsumer);
    expect(count).toHaveBeenCalledWith('signalbox_disconnects_total', { code: '4008' });
  });

  it('ends a peer that pings and does not read the answers', async () => {
    const { port, listeners } = await serve({ limits: { buffer: 100_000 } });
    const peer = await RawSocketPeer.open(port);
    peer.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 16 }, () => rawFrame(1, Buffer.alloc(65_000))));
    for (let i = 0; i < 500 && listeners[0]?.ended === undefined; i++) {
      peer.socket.write(pings);
      await sleep(1);
    }
    expect(listeners[0]?.ended).toEqual(DISCONNECT.slowConsumer);
  });

  it('is not read for a while when it floods, and loses nothing', async () => {
    const { port, listeners, count } = await serve({ limits: { messages: { rate: 1000, burst: 10 } } });
    const peer = await RawSocketPeer.open(port);
    for (let i = 0; i < 200; i++) peer.send(String(i));
    await until(() => listeners[0]?.heard.length === 200);
    expect(listeners[0]?.heard.map(Number)).toEqual(Array.from({ length: 200 }, (_v, i) => i));
    expect(count).toHaveBeenCalledWith('signalbox_throttled_total', { limit: 'messages' });
  });

  it('is dropped when it does not answer a ping in time, and kept when it does', async () => {
    const { port, listeners } = await serve({ limits: { ping: 2000, pongTimeout: 1000 } });
    const mute = await RawSocketPeer.open(port);
    const awake = await RawSocketPeer.open(port);
    let answers = 0;
    const answering = setInterval(() => {
      for (const { type, payload } of awake.frames.splice(0))
        if (type === 1) {
          awake.send(payload, 2);
          answers++;
        }
    }, 20);
    onTestFinished(() => clearInterval(answering));
    await until(() => mute.closed);
    // Whoever is dropped gets no second ping.
    await until(() => answers === 2);
    expect(mute.frames.filter(({ type }) => type === 1).every(({ payload }) => payload.length > 0)).toBe(
      true,
    );
    expect(listeners.map(({ ended }) => ended)).toEqual([DISCONNECT.noPong, undefined]);
  });

  it('is not blamed for an answer that the server does not read', async () => {
    const { port, listeners } = await serve({ limits: { ping: 2000, pongTimeout: 1000 } });
    const peer = await RawSocketPeer.open(port);
    listeners[0]?.connection.pause();
    const pings = () => peer.frames.filter(({ type }) => type === 1).length;
    // Whoever is blamed gets no second one.
    await until(() => pings() === 2);
    expect(listeners[0]?.ended).toBeUndefined();
    listeners[0]?.connection.resume();
    peer.send('still here');
    await until(() => listeners[0]?.heard.length === 1);
  });

  it('is ended when it never says anything but answers', async () => {
    const { port, listeners } = await serve({ limits: { ping: 2000, pongTimeout: 1000, silence: 500 } });
    const peer = await RawSocketPeer.open(port);
    const pinging = setInterval(() => peer.send('x', 1), 200);
    await until(() => peer.closed && listeners[0]?.ended !== undefined);
    clearInterval(pinging);
    expect(listeners[0]?.ended).toEqual(DISCONNECT.silent);
  });

  it('is told to go when the server drains, and the port is free after', async () => {
    const { port, listeners, transport } = await serve();
    const peers = await Promise.all([1, 2, 3].map(() => RawSocketPeer.open(port)));
    await transport.drain(200);
    await until(() => peers.every(({ closed }) => closed));
    expect(listeners.map(({ ended }) => ended)).toMatchObject([1, 2, 3].map(() => DISCONNECT.draining));
    expect(transport.size).toBe(0);
    await expect(RawSocketPeer.connect(port)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a port of RawSocket with TLS', () => {
  it('closes who speaks in the clear, and who never finishes the handshake', async () => {
    const { port, count } = await serve({ secure: true, limits: { handshakeTimeout: 200 } });
    const plain = await RawSocketPeer.connect(port);
    plain.socket.write(Buffer.concat([reply(0xf1), rawFrame(0, 'hello')]));
    await until(() => plain.closed);
    const silent = await RawSocketPeer.connect(port);
    await until(() => silent.closed);
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'tls' });
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'timeout' });
  });

  it('does not wait for unfinished handshakes when it stops', async () => {
    const { port, transport } = await serve({ secure: true });
    const silent = await RawSocketPeer.connect(port);
    await quiet();
    await transport.drain(50);
    await until(() => silent.closed);
  });
});
