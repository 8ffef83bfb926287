import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Connection, ConnectionListener, Gateway, Handshake } from '../../src/core/connection.js';
import { DISCONNECT, type Disconnect, overLimit, RouterError } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import {
  FIRST_OCTETS,
  PeerAddresses,
  type StreamOptions,
  StreamTransport,
} from '../../src/transports/index.js';
import { testCertificate, writeCertificate } from '../support/certificate.js';
import { makeFolder } from '../support/folder.js';
import { StreamPeer } from '../support/stream-peer.js';
import { quiet, until } from '../support/until.js';
import { LIMITS, SlowGateway } from './listener.js';

const folder = makeFolder();
const certificate = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem`, minVersion: 'TLSv1.2' } as const;
writeCertificate(folder, testCertificate('test'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Answers each line with itself in upper case; `bye` ends, and a slow one answers when it is told to. */
class Echo implements ConnectionListener {
  readonly connection: Connection;
  readonly chunks: Buffer[] = [];
  readonly answers: (() => void)[] = [];
  ended: Disconnect | undefined;
  ends = 0;
  finishes = 0;
  slow = false;
  #line = '';

  constructor(connection: Connection) {
    this.connection = connection;
  }
  get heard(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }
  received(data: Buffer): void {
    this.chunks.push(Buffer.from(data));
    const lines = (this.#line + data.toString('latin1')).split('\n');
    this.#line = lines.pop() ?? '';
    this.connection.charge?.(lines.length);
    for (const line of lines) this.#answer(line);
  }
  disconnected(why: Disconnect): void {
    this.ends++;
    this.ended = why;
  }
  end(why: Disconnect): void {
    this.connection.send(Frame.text(`end ${why.code}\n`));
    this.connection.close(why);
  }
  #answer(line: string): void {
    const say = () => {
      this.connection.send(Frame.text(`${line.toUpperCase()}\n`));
      if (line === 'bye') this.connection.close(DISCONNECT.closed);
    };
    if (this.slow) this.answers.push(say);
    else say();
  }
}

/** One that says when it has answered all. */
class Finishing extends Echo {
  finished(): void {
    this.finishes++;
    if (!this.slow) this.connection.close(DISCONNECT.closed);
  }
}

const running: StreamTransport[] = [];

afterEach(async () => {
  for (const transport of running.splice(0)) await transport.drain(0);
});

async function serve<E extends Echo>(
  more: {
    limits?: Partial<StreamOptions['limits']>;
    gateway?: Gateway;
    secure?: boolean;
    addresses?: PeerAddresses;
    refusal?: StreamOptions['refusal'];
    listener?: new (connection: Connection) => E;
  } = {},
) {
  const listeners: Echo[] = [];
  const handshakes: Handshake[] = [];
  const Listener = more.listener ?? Echo;
  const open: Gateway = {
    async admit(handshake) {
      handshakes.push(handshake);
      return {
        subprotocol: undefined,
        accept(connection) {
          const listener = new Listener(connection);
          listeners.push(listener);
          return listener;
        },
      };
    },
  };
  const count = vi.fn();
  const info = vi.fn();
  const transport = new StreamTransport({
    gateway: more.gateway ?? open,
    protocol: 'echo',
    name: 'echo',
    octets: FIRST_OCTETS.stomp,
    logger: { ...NULL_LOGGER, info },
    meter: { count },
    addresses: more.addresses ?? new PeerAddresses(),
    tls: more.secure ? certificate : undefined,
    limits: { ...LIMITS, ...more.limits },
    ...(more.refusal && { refusal: more.refusal }),
  });
  running.push(transport);
  const port = await transport.listen('127.0.0.1', 0);
  return { port, transport, count, info, listeners, handshakes };
}

const BOTH = [
  ['in the clear', false],
  ['over TLS', true],
] as const;

describe('a stream of octets', () => {
  it.each(BOTH)(
    'is admitted by the name of its protocol, and carried both ways, %s',
    async (_how, secure) => {
      const { port, listeners, handshakes, transport } = await serve({ secure });
      const peer = await StreamPeer.connect(port, { secure });
      peer.send('hello\nthere\n');
      await until(() => peer.heard === 'HELLO\nTHERE\n');
      expect(handshakes).toMatchObject([
        { protocol: 'echo', subprotocols: [], headers: {}, remoteAddress: '127.0.0.1' },
      ]);
      expect(listeners[0]?.connection).toMatchObject({ id: 'echo-1', transport: 'tcp' });
      expect(transport.size).toBe(1);
    },
  );

  it('is passed on octet for octet, however it is cut', async () => {
    const { port, listeners } = await serve();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1 }),
        async (pieces) => {
          const peer = await StreamPeer.connect(port);
          const before = listeners.length;
          const first = Buffer.from('S');
          for (const piece of [first, ...pieces]) peer.socket.write(piece);
          const all = Buffer.concat([first, ...pieces]).toString('latin1');
          await until(() => listeners[before]?.heard === all);
          peer.socket.destroy();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('goes out whole and in order, of any size', async () => {
    const { port, listeners } = await serve({ limits: { buffer: 2 ** 24 } });
    const peer = await StreamPeer.connect(port);
    peer.send('x\n');
    await until(() => peer.heard === 'X\n');
    const texts = [0, 1, 65_536, 2 ** 20].map((size, i) => String(i).repeat(size));
    for (const text of texts) listeners[0]?.connection.send(Frame.text(text));
    await until(() => peer.heard.length === 2 + texts.join('').length);
    expect(peer.heard).toBe(`X\n${texts.join('')}`);
  });

  it('says when what was sent is with the operating system', async () => {
    const { port, listeners } = await serve({ limits: { buffer: 2 ** 27 } });
    const peer = await StreamPeer.connect(port);
    peer.send('x\n');
    await until(() => peer.heard !== '');
    const { connection } = listeners[0] as Echo;
    const sent: string[] = [];
    connection.whenSent?.(() => sent.push('nothing'));
    await until(() => sent.length === 1);
    connection.send(Frame.text('a'));
    connection.whenSent?.(() => sent.push('a'));
    connection.whenSent?.(() => sent.push('a, too'));
    expect(sent).toEqual(['nothing']);
    await until(() => sent.length === 3);
    peer.socket.pause();
    connection.send(Frame.text('y'.repeat(2 ** 25)));
    connection.whenSent?.(() => sent.push('much'));
    await quiet();
    connection.whenSent?.(() => sent.push('after much'));
    await quiet();
    expect(sent).toEqual(['nothing', 'a', 'a, too']);
    peer.socket.resume();
    await until(() => sent.length === 5);
    expect(sent.slice(3)).toEqual(['much', 'after much']);
  });

  it('does not say so of a connection that ends before', async () => {
    const { port, listeners } = await serve({ limits: { buffer: 2 ** 27 } });
    const peer = await StreamPeer.connect(port);
    peer.send('x\n');
    await until(() => peer.heard !== '');
    peer.socket.pause();
    const { connection } = listeners[0] as Echo;
    const done = vi.fn();
    connection.send(Frame.text('y'.repeat(2 ** 25)));
    connection.whenSent?.(done);
    await quiet();
    connection.whenSent?.(done);
    connection.drop(DISCONNECT.ended);
    connection.whenSent?.(done);
    await until(() => listeners[0]?.ended !== undefined);
    await quiet();
    expect(done).not.toHaveBeenCalled();
  });
});

describe('a peer that ends its side', () => {
  it.each(BOTH)('has its last words answered, %s', async (_how, secure) => {
    const { port, listeners } = await serve({ secure });
    const peer = await StreamPeer.connect(port, { secure, allowHalfOpen: true });
    peer.socket.end('Send\nSubscribe\n');
    await until(() => peer.finished);
    expect(peer.heard).toBe('SEND\nSUBSCRIBE\n');
    peer.socket.end();
    await until(() => listeners[0]?.ended !== undefined);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.closed, ends: 1 });
    expect(peer.error).toBeUndefined();
  });

  it('is waited for by a protocol that answers later', async () => {
    const { port, listeners } = await serve({ listener: Finishing });
    const peer = await StreamPeer.connect(port, { allowHalfOpen: true });
    peer.send('Connect\n');
    await until(() => peer.heard === 'CONNECT\n');
    (listeners[0] as Echo).slow = true;
    peer.socket.end('work\nbye\n');
    await until(() => listeners[0]?.finishes === 1);
    await quiet(600);
    expect(peer.finished).toBe(false);
    for (const answer of listeners[0]?.answers ?? []) answer();
    await until(() => peer.finished);
    expect(peer.heard).toBe('CONNECT\nWORK\nBYE\n');
  });

  it('is let go at once by a protocol that has nothing to answer', async () => {
    const { port, listeners } = await serve({ listener: Finishing });
    const peer = await StreamPeer.connect(port);
    peer.send('Connect\n');
    await until(() => peer.heard === 'CONNECT\n');
    peer.socket.end();
    await until(() => listeners[0]?.ended !== undefined);
    expect(listeners[0]).toMatchObject({ finishes: 1, ends: 1, ended: DISCONNECT.closed });
  });

  it('is told from one that is lost', async () => {
    const { port, listeners } = await serve();
    const peer = await StreamPeer.connect(port);
    peer.send('Connect\n');
    await until(() => peer.heard === 'CONNECT\n');
    peer.socket.resetAndDestroy();
    await until(() => listeners[0]?.ended !== undefined);
    expect(listeners[0]).toMatchObject({ ends: 1, ended: DISCONNECT.lost });
  });
});

describe('the end of a stream', () => {
  it.each(BOTH)(
    'comes after what was said, and resets nothing while the peer speaks on, %s',
    async (_how, secure) => {
      const { port, listeners, transport } = await serve({ secure });
      const peer = await StreamPeer.connect(port, { secure, allowHalfOpen: true });
      peer.send('hello\n');
      await until(() => peer.heard === 'HELLO\n');
      listeners[0]?.connection.pause();
      peer.send('x'.repeat(100_000));
      await quiet();
      listeners[0]?.connection.send(Frame.text('last words'));
      listeners[0]?.connection.close(DISCONNECT.malformed);
      listeners[0]?.connection.send(Frame.text('too late'));
      // More than the system keeps for a side that does not read.
      peer.send(Buffer.alloc(2 ** 25, 'x'));
      await until(() => peer.finished);
      peer.socket.end('unheard\n');
      await until(() => peer.closed && transport.size === 0);
      expect([peer.heard, peer.error]).toEqual(['HELLO\nlast words', undefined]);
      expect(listeners[0]).toMatchObject({ ended: DISCONNECT.malformed, ends: 1 });
    },
  );

  it('frees a peer that keeps its side open', async () => {
    const { port, listeners, transport } = await serve();
    const peer = await StreamPeer.connect(port, { allowHalfOpen: true });
    peer.send('bye\n');
    await until(() => peer.finished);
    expect(transport.size).toBe(1);
    await until(() => transport.size === 0);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.closed, ends: 1 });
    peer.socket.destroy();
  });

  it('looks lost to a peer that is dropped', async () => {
    const { port, listeners } = await serve();
    const peer = await StreamPeer.connect(port, { allowHalfOpen: true });
    peer.send('x\n');
    await until(() => peer.heard !== '');
    listeners[0]?.connection.drop(DISCONNECT.draining);
    await until(() => peer.closed && listeners[0]?.ended !== undefined);
    expect(peer.error?.code).toBe('ECONNRESET');
  });

  it('is said in the words of the protocol when the server drains, and the port is free after', async () => {
    const { port, transport } = await serve();
    const peers = await Promise.all([1, 2, 3].map(() => StreamPeer.connect(port)));
    for (const peer of peers) peer.send('x\n');
    await until(() => peers.every(({ heard }) => heard === 'X\n'));
    const silent = await StreamPeer.connect(port);
    await transport.drain(1000);
    await until(() => peers.every(({ closed }) => closed) && silent.closed);
    expect(peers.map(({ heard, error }) => [heard, error])).toEqual(
      peers.map(() => ['X\nend 4001\n', undefined]),
    );
    await expect(StreamPeer.connect(port)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the bounds of a stream', () => {
  it.each(BOTH)('end a consumer that reads nothing, %s', async (_how, secure) => {
    const { port, listeners, count } = await serve({ limits: { buffer: 2 ** 20 }, secure });
    const peer = await StreamPeer.connect(port, { secure });
    peer.send('x\n');
    await until(() => peer.heard !== '');
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

  it('count the messages of the protocol, not the pieces, and lose nothing', async () => {
    const { port, listeners, count } = await serve({ limits: { messages: { rate: 100, burst: 10 } } });
    const patient = await StreamPeer.connect(port);
    for (const octet of 'one long message in pieces') {
      patient.send(octet);
      await sleep(1);
    }
    expect(count).not.toHaveBeenCalled();
    const peer = await StreamPeer.connect(port);
    const lines = Array.from({ length: 60 }, (_v, i) => `C${i}\n`);
    for (const line of lines) {
      peer.send(line);
      await sleep(0);
    }
    await until(() => peer.heard === lines.join(''));
    expect(count).toHaveBeenCalledWith('signalbox_throttled_total', { limit: 'messages' });
    expect(listeners).toHaveLength(2);
  });

  it('end who never says anything, in the words of the protocol', async () => {
    const { port, listeners } = await serve({
      limits: { handshakeTimeout: 50, ping: 2000, pongTimeout: 1000, silence: 500 },
    });
    const silent = await StreamPeer.connect(port);
    const speaking = await StreamPeer.connect(port);
    speaking.send('x');
    await until(() => silent.closed && listeners.some(({ ended }) => ended !== undefined));
    expect(silent.heard).toBe('end 4014\n');
    expect(speaking.closed).toBe(false);
  });

  it('keep silent who does not know yet what to say', async () => {
    const { port, listeners, count } = await serve({ limits: { handshakeTimeout: 50 } });
    const peer = await StreamPeer.connect(port);
    await until(() => listeners.length === 1);
    await quiet(100);
    peer.send('late\n');
    await until(() => peer.heard === 'LATE\n');
    expect(count).not.toHaveBeenCalled();
  });

  it('count connections by address, and say why in the words of the protocol', async () => {
    const refusal = ({ code }: RouterError) => Buffer.from(`refused ${code}\n`);
    const { port, count, transport } = await serve({ limits: { connectionsPerAddress: 1 }, refusal });
    const first = await StreamPeer.connect(port);
    first.send('x\n');
    await until(() => first.heard === 'X\n');
    const second = await StreamPeer.connect(port, { allowHalfOpen: true });
    second.send(`x\n${'y'.repeat(100_000)}`);
    await until(() => second.finished);
    second.socket.end();
    await until(() => second.closed);
    expect([second.heard, second.error]).toEqual(['refused limit_exceeded\n', undefined]);
    expect(count).toHaveBeenCalledWith('signalbox_limits_reached_total', {
      limit: 'limits.connections_per_address',
    });
    first.socket.destroy();
    await until(() => transport.size === 0);
    const third = await StreamPeer.connect(port);
    third.send('x\n');
    await until(() => third.heard === 'X\n');
  });

  it.each([
    ['a gateway that drains', new RouterError('unavailable', 'stopping'), 'unavailable'],
    ['a limit', overLimit('limits.failed_logins', 'too many'), 'limit_exceeded'],
    ['an error of ours', new Error('secret'), 'internal'],
  ])('let %s close the connection', async (_text, error, code) => {
    const { port, count, transport } = await serve({ gateway: { admit: () => Promise.reject(error) } });
    const peer = await StreamPeer.connect(port);
    peer.send('x\n');
    await until(() => peer.closed);
    expect(peer.heard).toBe('');
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code });
    expect(transport.size).toBe(0);
  });

  it('give up on a gateway that does not decide, and on a peer that went meanwhile', async () => {
    const never: Gateway = { admit: () => new Promise(() => undefined) };
    const { port, count } = await serve({ gateway: never, limits: { handshakeTimeout: 100 } });
    const peer = await StreamPeer.connect(port);
    peer.send('x\n');
    await until(() => peer.closed);
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'timeout' });
    const slow = new SlowGateway((connection) => new Echo(connection));
    const { port: other, transport } = await serve({ gateway: slow, limits: { connections: 1 } });
    for (let i = 1; i <= 3; i++) {
      const gone = await StreamPeer.connect(other);
      gone.send('x\n');
      await until(() => slow.asked === i);
      gone.socket.resetAndDestroy();
      await quiet();
      slow.decide();
      await until(() => transport.size === 0);
    }
  });

  it('close the connection of a blocked address unheard', async () => {
    const { port, count, listeners } = await serve({
      addresses: new PeerAddresses({ blocked: ['127.0.0.1'] }),
    });
    const peer = await StreamPeer.connect(port);
    await until(() => peer.closed);
    expect(listeners).toEqual([]);
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'forbidden' });
  });

  it('close a connection that begins TLS where none is spoken, and say so in the log', async () => {
    const { port, count, info, listeners } = await serve();
    const socket = new StreamPeer((await import('node:tls')).connect({ port, host: '127.0.0.1' }));
    await until(() => socket.closed);
    expect(listeners).toEqual([]);
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'tls' });
    expect(info).toHaveBeenCalledWith(
      expect.objectContaining({ reason: expect.stringContaining('speaks TLS') }),
      'connection refused',
    );
  });
});
