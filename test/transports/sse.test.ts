import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Connection, ConnectionListener, Gateway, Handshake } from '../../src/core/connection.js';
import { DISCONNECT, type Disconnect, RouterError } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { AdmissionLimits, HttpTransport, SseTransport } from '../../src/transports/index.js';
import { quiet, until } from '../support/until.js';
import { LIMITS } from './listener.js';

const ALLOWED = 'https://app.example';

const running: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** A protocol side that the test speaks for. */
class Peer implements ConnectionListener {
  readonly connection: Connection;
  ended: Disconnect | undefined;
  ends = 0;

  constructor(connection: Connection) {
    this.connection = connection;
  }
  received(): void {}
  disconnected(why: Disconnect): void {
    this.ends++;
    this.ended = why;
  }
  end(why: Disconnect): void {
    this.connection.send(Frame.text('data: bye\n\n'));
    this.connection.close(why);
  }
}

/** Lets everybody in whom `decide` does not refuse, and hands them `greet`. */
class TestGateway implements Gateway {
  readonly peers: Peer[] = [];
  readonly handshakes: Handshake[] = [];
  greet: (connection: Connection) => void = (connection) => connection.send(Frame.text('data: hello\n\n'));
  decide: () => void | Promise<void> = () => undefined;

  async admit(handshake: Handshake) {
    this.handshakes.push(handshake);
    await this.decide();
    return {
      subprotocol: undefined,
      accept: (connection: Connection) => {
        const peer = new Peer(connection);
        this.peers.push(peer);
        this.greet(connection);
        return peer;
      },
    };
  }
}

async function serve(limits: Partial<typeof LIMITS> = {}) {
  const gateway = new TestGateway();
  const count = vi.fn();
  const all = { ...LIMITS, ...limits };
  const admission = new AdmissionLimits(all);
  const parts = { logger: NULL_LOGGER, meter: { count }, limits: all };
  const checkOrigin = (origin: unknown) => {
    if (
      origin !== undefined &&
      origin !== ALLOWED &&
      !/^http:\/\/(127\.0\.0\.1|localhost):/.test(String(origin))
    )
      throw new RouterError('forbidden', 'not from there');
  };
  const transport = new SseTransport({ ...parts, gateway, admission, checkOrigin });
  const http = new HttpTransport({ ...parts, endpoints: transport.endpoints, checkOrigin });
  const port = await http.listen('127.0.0.1', 0);
  running.push(async () => {
    const closed = http.close(100);
    await transport.drain(0);
    await closed;
  });
  return { gateway, transport, http, port, count, admission };
}

/** A client on a bare socket: sends these lines, and keeps what comes. */
async function send(port: number, ...lines: readonly string[]) {
  const socket: Socket = connect(port, '127.0.0.1');
  const client = { socket, text: '', hasEnded: false, hasClosed: false };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => (client.text += text));
  socket.on('end', () => (client.hasEnded = true));
  socket.on('close', () => (client.hasClosed = true));
  socket.on('error', () => undefined);
  running.push(async () => socket.destroy());
  await once(socket, 'connect');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return client;
}

const get = (port: number, ...more: readonly string[]) =>
  send(port, 'GET /sse?channel=a HTTP/1.1', 'Host: x', ...more);

describe('a stream over HTTP', () => {
  it('begins with the first frame, in a response whose end is that of the connection', async () => {
    const { gateway, port, transport } = await serve();
    const client = await get(port);
    await until(() => client.text.includes('hello'));
    const [head = '', body = ''] = client.text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toMatch(/^content-type: text\/event-stream; charset=utf-8\r$/m);
    expect(head).toMatch(/^cache-control: no-store, no-transform\r$/m);
    expect(head).toMatch(/^x-accel-buffering: no\r$/m);
    expect(head).toMatch(/^connection: close$/im);
    expect(head).not.toMatch(/transfer-encoding|content-length|content-encoding/i);
    expect(body).toBe('data: hello\n\n');
    gateway.peers[0]?.connection.send(Frame.text('data: 2\n\n'));
    await until(() => client.text.endsWith('data: hello\n\ndata: 2\n\n'));
    expect(transport.size).toBe(1);
  });

  it('is the same for HTTP/1.0', async () => {
    const { port } = await serve();
    const client = await send(port, 'GET /sse?channel=a HTTP/1.0');
    await until(() => client.text.endsWith('\r\n\r\ndata: hello\n\n'));
    expect(client.text).not.toMatch(/transfer-encoding/i);
  });

  it('shows the gateway who asks for what', async () => {
    const { gateway, port } = await serve();
    await send(
      port,
      'GET /sse?channel=a&ticket=t HTTP/1.1',
      'Host: x',
      'Last-Event-ID: 7',
      'Authorization: Bearer k',
      `Origin: ${ALLOWED}`,
    );
    await until(() => gateway.handshakes.length === 1);
    const [handshake] = gateway.handshakes;
    expect(handshake).toMatchObject({ remoteAddress: '127.0.0.1', protocol: 'sse', subprotocols: [] });
    expect(handshake?.url.search).toBe('?channel=a&ticket=t');
    expect(handshake?.headers).toMatchObject({ 'last-event-id': '7', authorization: 'Bearer k' });
  });

  it('has all frames of a tick in one write, the same octets for all', async () => {
    const { gateway, port } = await serve();
    const clients = await Promise.all([get(port), get(port)]);
    await until(() => gateway.peers.length === 2 && clients.every(({ text }) => text.includes('hello')));
    const frames = [1, 2, 3].map((n) => Frame.text(`data: ${n}\n\n`));
    for (const frame of frames) for (const { connection } of gateway.peers) connection.send(frame);
    await until(() => clients.every(({ text }) => text.endsWith('data: 1\n\ndata: 2\n\ndata: 3\n\n')));
  });

  it('says when what was sent has gone, also what was sent before it began', async () => {
    const { gateway, port } = await serve();
    const gone: string[] = [];
    gateway.greet = (connection) => {
      connection.send(Frame.text('data: hello\n\n'));
      connection.whenSent?.(() => gone.push('first'));
    };
    const client = await get(port);
    await until(() => client.text.includes('hello') && gone.length === 1);
    const [peer] = gateway.peers;
    peer?.connection.send(Frame.text('data: 2\n\n'));
    peer?.connection.whenSent?.(() => gone.push('second'));
    expect(gone).toEqual(['first']);
    await until(() => gone.length === 2);
    client.socket.destroy();
    await until(() => peer?.ended !== undefined);
    peer?.connection.whenSent?.(() => gone.push('never'));
    expect(gone).toEqual(['first', 'second']);
  });

  it('is refused by its protocol with a status, and all that is told beside it', async () => {
    const { gateway, port, transport, admission } = await serve();
    gateway.greet = (connection) => {
      setImmediate(() =>
        connection.refuse?.(new RouterError('no_such_route', 'not that'), { refusals: [1, 2] }),
      );
    };
    const client = await get(port, `Origin: ${ALLOWED}`);
    await until(() => client.text.includes('refusals'));
    expect(client.text).toMatch(/^HTTP\/1\.1 404 /);
    expect(client.text).toContain(`access-control-allow-origin: ${ALLOWED}`);
    const { error } = JSON.parse(client.text.split('\r\n\r\n')[1] ?? '') as { error: object };
    expect(error).toMatchObject({ code: 'no_such_route', message: 'not that', refusals: [1, 2] });
    await until(() => gateway.peers[0]?.ends === 1);
    expect([transport.size, admission.count]).toEqual([0, 0]);
  });

  it.each([
    [DISCONNECT.badCredentials, 401],
    [DISCONNECT.tooMany, 429],
    [DISCONNECT.draining, 503],
  ])('that is closed before it begins is refused: %o', async (why, status) => {
    const { gateway, port, admission } = await serve();
    gateway.greet = (connection) => connection.close(why);
    const client = await get(port);
    await until(() => client.text.includes('}'));
    expect(client.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    await until(() => admission.count === 0);
  });

  it('is refused by the gateway, and leaves nothing', async () => {
    const { gateway, port, transport, admission } = await serve();
    gateway.decide = () => {
      throw new RouterError('unavailable', 'the server is about to stop');
    };
    const client = await get(port);
    await until(() => client.text.includes('about to stop'));
    expect(client.text).toMatch(/^HTTP\/1\.1 503 /);
    expect(client.text).toMatch(/retry-after: [3-8]\b/);
    expect([transport.size, admission.count]).toEqual([0, 0]);
  });

  it('is counted with other connections of its address', async () => {
    const { port, gateway } = await serve({ connectionsPerAddress: 1 });
    const first = await get(port);
    await until(() => first.text.includes('hello'));
    const second = await get(port);
    await until(() => second.text.includes('connections_per_address'));
    expect(second.text).toMatch(/^HTTP\/1\.1 429 /);
    first.socket.destroy();
    await until(() => gateway.peers[0]?.ended !== undefined);
    const third = await get(port);
    await until(() => third.text.includes('hello'));
  });

  it('answers HEAD with nothing but a head, and opens nothing', async () => {
    const { port, gateway } = await serve();
    const client = await send(port, 'HEAD /sse?channel=a HTTP/1.1', 'Host: x', 'Connection: close');
    await until(() => client.hasEnded);
    expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*content-type: text\/event-stream\r\n.*\r\n\r\n$/s);
    expect(gateway.handshakes).toEqual([]);
  });

  it('is no other method, and no longer path', async () => {
    const { port } = await serve();
    const post = await send(port, 'POST /sse HTTP/1.1', 'Host: x', 'Content-Length: 0');
    await until(() => post.text.includes('}'));
    expect(post.text).toMatch(/^HTTP\/1\.1 400 /);
    const below = await send(port, 'GET /sse/a HTTP/1.1', 'Host: x');
    await until(() => below.text.includes('}'));
    expect(below.text).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('has no second answer on its connection', async () => {
    const { port, gateway, admission } = await serve();
    const client = await send(
      port,
      'GET /sse?channel=a HTTP/1.1\r\nHost: x\r\n',
      'GET /sse?channel=b HTTP/1.1\r\nHost: x',
    );
    await until(() => gateway.peers.length === 2 && gateway.peers[1]?.ended !== undefined);
    gateway.peers[0]?.connection.send(Frame.text('data: 2\n\n'));
    await until(() => client.text.includes('data: 2'));
    expect(client.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(admission.count).toBe(1);
  });
});

describe('the end of a stream over HTTP', () => {
  it('is heard when the peer goes', async () => {
    const { port, gateway, transport, count } = await serve();
    for (const go of ['end', 'destroy'] as const) {
      const client = await get(port);
      await until(() => client.text.includes('hello'));
      client.socket[go]();
    }
    await until(() => gateway.peers.length === 2 && gateway.peers.every(({ ends }) => ends === 1));
    expect(gateway.peers.map(({ ended }) => ended?.code)).toEqual([1006, 1006]);
    expect(transport.size).toBe(0);
    expect(count).toHaveBeenCalledWith('signalbox_disconnects_total', { code: '1006' });
  });

  it('is heard when the peer goes before it begins', async () => {
    const { port, gateway, admission } = await serve();
    gateway.greet = () => undefined;
    const client = await get(port);
    await until(() => gateway.peers.length === 1);
    client.socket.destroy();
    await until(() => gateway.peers[0]?.ends === 1);
    expect(admission.count).toBe(0);
  });

  it('is heard when the peer goes before it is let in', async () => {
    const { port, gateway, admission } = await serve();
    let go = () => {};
    gateway.decide = () => new Promise<void>((resolve) => void (go = resolve));
    const client = await get(port);
    await until(() => gateway.handshakes.length === 1);
    client.socket.destroy();
    await until(() => client.hasClosed);
    await quiet(50);
    go();
    await until(() => admission.count === 0);
    expect(gateway.peers).toEqual([]);
  });

  it('is what was sent, and then the end of the connection', async () => {
    const { port, gateway } = await serve();
    const client = await get(port);
    await until(() => client.text.includes('hello'));
    const [peer] = gateway.peers;
    peer?.connection.send(Frame.text('data: last\n\n'));
    peer?.connection.close(DISCONNECT.draining);
    peer?.connection.send(Frame.text('data: late\n\n'));
    await until(() => client.hasClosed);
    expect(client.text).toMatch(/data: hello\n\ndata: last\n\n$/);
    expect(peer?.ended).toBe(DISCONNECT.draining);
  });

  it('comes to all when the server stops, in the words of their protocol', async () => {
    const { port, transport, gateway } = await serve();
    const clients = await Promise.all([get(port), get(port), get(port)]);
    await until(() => clients.every(({ text }) => text.includes('hello')));
    await transport.drain(300);
    await until(() => clients.every(({ hasClosed }) => hasClosed));
    for (const { text } of clients) expect(text).toMatch(/data: bye\n\n$/);
    expect(gateway.peers.map(({ ended }) => ended?.code)).toEqual([4001, 4001, 4001]);
    expect(transport.size).toBe(0);
  });

  it('comes to a peer that does not read, and to nobody else', async () => {
    const { port, gateway } = await serve({ buffer: 10_000 });
    const slow = await get(port);
    const good = await get(port);
    await until(
      () => gateway.peers.length === 2 && slow.text.includes('hello') && good.text.includes('hello'),
    );
    slow.socket.pause();
    const frame = Frame.text(`data: ${'x'.repeat(100_000)}\n\n`);
    for (let i = 0; i < 200 && gateway.peers.every(({ ended }) => ended === undefined); i++) {
      for (const { connection } of gateway.peers) connection.send(frame);
      const length = good.text.length;
      await until(() => good.text.length > length + 90_000);
    }
    await until(() => gateway.peers.some(({ ended }) => ended !== undefined));
    expect(gateway.peers.map(({ ended }) => ended?.code)).toEqual([4008, undefined]);
  });

  it('comes to a peer that takes no heart-beat', async () => {
    const { port, gateway } = await serve({ ping: 2000, pongTimeout: 1000, buffer: 2 ** 30 });
    const client = await get(port);
    await until(() => client.text.includes('hello'));
    client.socket.pause();
    const [peer] = gateway.peers;
    for (let i = 0; i < 100; i++) peer?.connection.send(Frame.text(`data: ${'x'.repeat(200_000)}\n\n`));
    await until(() => peer?.ended !== undefined);
    expect(peer?.ended?.code).toBe(4012);
  }, 20_000);

  it('does not come to a peer that is idle: it gets comments', async () => {
    const { port, gateway } = await serve({ ping: 2000, pongTimeout: 1000 });
    const client = await get(port);
    await until(() => client.text.split(':\n\n').length > 2);
    expect(gateway.peers[0]?.ended).toBeUndefined();
  }, 20_000);
});

describe('a page that asks for a stream', () => {
  const page = (port: number, ...headers: readonly string[]) => get(port, ...headers);

  it('of an allowed origin may read it', async () => {
    const { port } = await serve();
    const client = await page(port, `Origin: ${ALLOWED}`);
    await until(() => client.text.includes('hello'));
    expect(client.text).toContain(`access-control-allow-origin: ${ALLOWED}`);
    expect(client.text).toContain('access-control-allow-credentials: true');
  });

  it.each([
    ['another origin', ['Origin: https://evil.example']],
    ['another origin that does not name it', ['Sec-Fetch-Site: cross-site']],
    ['another site of the same domain that does not name it', ['Sec-Fetch-Site: same-site']],
    ['a name that was bound anew', ['Sec-Fetch-Site: same-origin', 'Host: evil.example']],
  ])('of %s gets nothing', async (_name, headers) => {
    const { port, gateway } = await serve();
    const lines = headers.some((line) => line.startsWith('Host')) ? headers : ['Host: x', ...headers];
    const client = await send(port, 'GET /sse?channel=a HTTP/1.1', ...lines);
    await until(() => client.text.includes('}'));
    expect(client.text).toMatch(/^HTTP\/1\.1 403 /);
    expect(client.text).not.toContain('access-control-allow-origin');
    expect(gateway.handshakes).toEqual([]);
  });

  it('of the server itself names no origin, and is told by what browsers say of it', async () => {
    const { port, gateway } = await serve();
    const client = await send(
      port,
      'GET /sse?channel=a HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'Sec-Fetch-Site: same-origin',
      'Cookie: id=1',
    );
    await until(() => client.text.includes('hello'));
    expect(gateway.handshakes[0]?.headers['origin']).toBe(`http://127.0.0.1:${port}`);
  });

  it('is told what it may send before it does', async () => {
    const { port } = await serve();
    const ask = (origin: string) =>
      send(
        port,
        'OPTIONS /sse HTTP/1.1',
        'Host: x',
        `Origin: ${origin}`,
        'Access-Control-Request-Method: GET',
        'Access-Control-Request-Headers: authorization',
      );
    const allowed = await ask(ALLOWED);
    await until(() => allowed.text.includes('\r\n\r\n'));
    expect(allowed.text).toMatch(/^HTTP\/1\.1 204 /);
    expect(allowed.text).toContain('access-control-allow-methods: GET');
    expect(allowed.text).toContain('authorization, content-type, last-event-id');
    const refused = await ask('https://evil.example');
    await until(() => refused.text.includes('}'));
    expect(refused.text).toMatch(/^HTTP\/1\.1 403 /);
  });
});
