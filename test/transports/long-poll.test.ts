import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Connection, Gateway } from '../../src/core/connection.js';
import { DISCONNECT, RouterError } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import {
  AdmissionLimits,
  HttpTransport,
  type LongPollOptions,
  LongPollTransport,
} from '../../src/transports/index.js';
import { quiet, until } from '../support/until.js';
import { LIMITS, Listener, OpenGateway } from './listener.js';

const running: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function serve(
  more: {
    limits?: Partial<LongPollOptions['limits'] & { handshakeTimeout: number }>;
    gateway?: Gateway;
  } = {},
) {
  const open = new OpenGateway();
  const count = vi.fn();
  const limits = { ...LIMITS, ...more.limits };
  const parts = { logger: NULL_LOGGER, meter: { count }, limits };
  const transport = new LongPollTransport({
    ...parts,
    gateway: more.gateway ?? open,
    admission: new AdmissionLimits(limits),
    path: '/lp',
    checkOrigin(origin) {
      if (origin === 'https://evil.example') throw new RouterError('forbidden', 'not from there');
    },
  });
  const http = new HttpTransport({ ...parts, endpoints: transport.endpoints });
  const asked: { readonly url: string | undefined; readonly answer: ServerResponse }[] = [];
  http.server.on('request', (sent: IncomingMessage, answer) => {
    sent.once('end', () => asked.push({ url: sent.url, answer }));
  });
  const port = await http.listen('127.0.0.1', 0);
  running.push(async () => {
    const closed = http.close(100);
    await transport.drain(0);
    await closed;
  });
  const post = async (path: string, body?: string | Buffer, headers = {}): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}/lp/${path}`, {
      method: 'POST',
      headers,
      ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const enter = async (protocols: unknown = ['wamp.2.json'], headers = {}) => {
    const answer = await post('open', JSON.stringify({ protocols }), headers);
    const { transport: id, protocol } = JSON.parse(answer.text) as { transport: string; protocol: string };
    return { answer, id, protocol };
  };
  /** Resolves when so many requests for messages have been read. */
  const receiving = (times: number) =>
    until(() => asked.filter(({ url }) => url?.endsWith('/receive')).length === times);
  /** Resolves when the newest request is known to be over, answered or not. */
  const over = () => until(() => asked.at(-1)?.answer.closed);
  const { listeners, handshakes } = open;
  return { port, transport, count, post, enter, receiving, over, listeners, handshakes };
}

/** A request that the test can break off. */
function begin(port: number, path: string) {
  const sent = request({ port, host: '127.0.0.1', path: `/lp/${path}`, method: 'POST' });
  sent.on('error', () => undefined);
  sent.end();
  return sent;
}

describe('opening a long-poll transport', () => {
  it('gives it a protocol and a name that cannot be guessed', async () => {
    const { enter, handshakes, transport } = await serve();
    const first = await enter(['wamp.2.ubjson', 'wamp.2.json', 'wamp.2.cbor']);
    const second = await enter(['wamp.2.cbor']);
    expect([first.protocol, second.protocol]).toEqual(['wamp.2.json', 'wamp.2.cbor']);
    expect(first.id).toMatch(/^[0-9a-f]{32}$/);
    expect(first.id).not.toBe(second.id);
    expect(first.answer.headers.get('cache-control')).toBe('no-store');
    expect(handshakes.map(({ subprotocols }) => subprotocols)).toEqual([
      ['wamp.2.json', 'wamp.2.cbor'],
      ['wamp.2.cbor'],
    ]);
    expect(transport.size).toBe(2);
  });

  it('shows the gateway what a WebSocket handshake would', async () => {
    const { post, handshakes } = await serve();
    await post('open?ticket=t&x=1', '{"protocols":["wamp.2.json"]}', {
      origin: 'https://app.example',
      authorization: 'Bearer key',
      cookie: 'a=b',
    });
    expect(handshakes).toMatchObject([
      {
        remoteAddress: '127.0.0.1',
        headers: { origin: 'https://app.example', authorization: 'Bearer key', cookie: 'a=b' },
      },
    ]);
    expect(handshakes[0]?.url.searchParams.get('ticket')).toBe('t');
  });

  it.each(['', 'x', '[]', 'null', '{}', '{"protocols":"wamp.2.json"}', '{"protocols":[]}'])(
    'is refused with the body %j',
    async (body) => {
      const { post, transport } = await serve();
      const { status, text } = await post('open', body);
      expect([status, transport.size]).toEqual([400, 0]);
      expect(JSON.parse(text).error.code).toBe('bad_request');
    },
  );

  it('never picks a protocol that it does not carry, not even where the gateway would', async () => {
    const { post, handshakes } = await serve();
    const body = JSON.stringify({ protocols: ['wamp', 'v12.stomp', 'wamp.2.json.other', 5, null] });
    expect((await post('open', body)).status).toBe(400);
    expect(handshakes).toEqual([]);
  });

  it('is refused to pages that may not connect, before anything else', async () => {
    const { post, enter, handshakes } = await serve();
    const headers = { origin: 'https://evil.example' };
    expect((await post('open', '{"protocols":["wamp.2.json"]}', headers)).status).toBe(403);
    expect(handshakes).toEqual([]);
    const { id } = await enter();
    for (const action of ['send', 'receive', 'close'])
      expect((await post(`${id}/${action}`, 'x', headers)).status).toBe(403);
    expect((await post(`${id}/receive`)).text).toBe('welcome');
  });

  it('is allowed to pages of other origins that may, which ask first', async () => {
    const { port, enter, post } = await serve();
    const origin = 'https://app.example';
    const ask = async (from: string) =>
      fetch(`http://127.0.0.1:${port}/lp/open`, { method: 'OPTIONS', headers: { origin: from } });
    const asked = await ask(origin);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('content-length')).toBeNull();
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-credentials': 'true',
    });
    expect((await ask('https://evil.example')).status).toBe(403);
    const { id } = await enter(['wamp.2.json'], { origin });
    const answer = await post(`${id}/receive`, undefined, { origin });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it.each([
    [DISCONNECT.badCredentials, 401],
    [DISCONNECT.tooMany, 429],
    [DISCONNECT.draining, 503],
  ])('says at once when the protocol ends it at once (%o)', async (why, status) => {
    const gateway: Gateway = {
      admit: async () => ({
        subprotocol: 'wamp.2.json',
        accept(connection: Connection) {
          connection.close(why);
          return new Listener(connection);
        },
      }),
    };
    const { post, transport } = await serve({ gateway, limits: { connections: 1 } });
    for (let i = 0; i < 2; i++) {
      const answer = await post('open', '{"protocols":["wamp.2.json"]}');
      expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(why.reason)]);
    }
    expect(transport.size).toBe(0);
  });

  it('counts transports in all and by address', async () => {
    const { enter, post, count, transport } = await serve({ limits: { connectionsPerAddress: 2 } });
    const { id } = await enter();
    await enter();
    expect((await post('open', '{"protocols":["wamp.2.json"]}')).status).toBe(429);
    expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'limit_exceeded' });
    await post(`${id}/close`);
    expect((await enter()).answer.status).toBe(200);
    expect(transport.size).toBe(2);
    const full = await serve({ limits: { connections: 0 } });
    expect((await full.post('open', '{"protocols":["wamp.2.json"]}')).status).toBe(503);
  });
});

describe('an open long-poll transport', () => {
  it('gives one message for each request, in order', async () => {
    const { enter, post, listeners } = await serve();
    const { id } = await enter();
    for (let i = 0; i < 5; i++) listeners[0]?.connection.send(Frame.text(`m${i}`));
    const got: string[] = [];
    for (let i = 0; i < 6; i++) {
      const { status, text, headers } = await post(`${id}/receive?x=${i}`);
      expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
      got.push(text);
    }
    expect(got).toEqual(['welcome', 'm0', 'm1', 'm2', 'm3', 'm4']);
  });

  it('gives all at once where the protocol is batched, and octets as they are', async () => {
    const { enter, post, listeners } = await serve();
    const { id } = await enter(['wamp.2.json.batched']);
    listeners[0]?.connection.send(Frame.text('one\x1e'));
    listeners[0]?.connection.send(Frame.text('two\x1e'));
    expect((await post(`${id}/receive`)).text).toBe('welcomeone\x1etwo\x1e');
    const binary = await enter(['wamp.2.cbor']);
    await post(`${binary.id}/receive`);
    const answer = post(`${binary.id}/receive`);
    listeners[1]?.connection.send(new Frame(Buffer.from([1, 2, 3]), true));
    expect((await answer).headers.get('content-type')).toBe('application/octet-stream');
    await post(`${binary.id}/send`, Buffer.from([0xff, 0xfe]));
    expect(listeners[1]?.binaries).toEqual([true]);
  });

  it('holds a request until there is a message, longer than other requests may take', async () => {
    const { enter, post, listeners } = await serve({ limits: { handshakeTimeout: 200 } });
    const { id } = await enter();
    await post(`${id}/receive`);
    let got: Answer | undefined;
    const held = post(`${id}/receive`).then((answer) => (got = answer));
    await quiet(700);
    expect(got).toBeUndefined();
    listeners[0]?.connection.send(Frame.text('late'));
    expect(await held).toMatchObject({ status: 200, text: 'late' });
  });

  it('answers a held request with nothing after limits.long_poll, and is still there', async () => {
    const { enter, post, listeners } = await serve({ limits: { longPoll: 50 } });
    const { id } = await enter();
    await post(`${id}/receive`);
    for (let i = 0; i < 3; i++) expect(await post(`${id}/receive`)).toMatchObject({ status: 204, text: '' });
    listeners[0]?.connection.send(Frame.text('x'));
    expect((await post(`${id}/receive`)).text).toBe('x');
    expect(listeners[0]?.ended).toBeUndefined();
  });

  it('lets the second of two requests for messages take the place of the first', async () => {
    const { enter, post, receiving, listeners } = await serve();
    const { id } = await enter();
    await post(`${id}/receive`);
    const first = post(`${id}/receive`);
    await receiving(2);
    const second = post(`${id}/receive`);
    expect((await first).status).toBe(204);
    listeners[0]?.connection.send(Frame.text('once'));
    expect((await second).text).toBe('once');
  });

  it('hears messages in the order in which they arrive, and says 202 to each', async () => {
    const { enter, post, listeners } = await serve();
    const { id } = await enter();
    for (let i = 0; i < 5; i++)
      expect(await post(`${id}/send`, `[${i}]`)).toMatchObject({ status: 202, text: '' });
    expect(listeners[0]?.heard).toEqual(['[0]', '[1]', '[2]', '[3]', '[4]']);
    expect(listeners[0]?.connection).toMatchObject({ transport: 'http', remoteAddress: '127.0.0.1' });
  });

  it('says 204 to AutobahnJS, which takes 202 for a failure', async () => {
    const { enter, post } = await serve();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const { id } = await enter(['wamp.2.json'], headers);
    expect((await post(`${id}/send`, '[1]', headers)).status).toBe(204);
    expect((await post(`${id}/close`, undefined, headers)).status).toBe(204);
  });

  it.each([
    ['an empty message', '', 400],
    ['text that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
    ['a message over limits.message', 'x'.repeat(65_537), 413],
  ])('refuses %s, and lives on', async (_text, body, status) => {
    const { enter, post, listeners } = await serve();
    const { id } = await enter();
    const answer = await post(`${id}/send`, body);
    expect(answer.status).toBe(status);
    expect((await post(`${id}/send`, 'x'.repeat(65_536))).status).toBe(202);
    expect(listeners[0]?.heard).toHaveLength(1);
  });

  it.each([
    ['another id', (id: string) => `${id.replace(/./g, 'a')}/receive`, 404, 'no_such_session'],
    ['no id', () => '/receive', 404, 'no_such_session'],
    ['a name of every object', () => 'constructor/send', 404, 'no_such_session'],
    ['another action', (id: string) => `${id}/other`, 404, 'no_such_route'],
    ['no action', (id: string) => id, 404, 'no_such_route'],
    ['more than an action', (id: string) => `${id}/receive/x`, 404, 'no_such_route'],
    ['nothing', () => '', 404, 'no_such_route'],
  ] as const)('is not found by %s', async (_text, path, status, code) => {
    const { enter, post } = await serve();
    const answer = await post(path((await enter()).id), 'x');
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([status, code]);
  });

  it('takes POST alone', async () => {
    const { port, enter } = await serve();
    const { id } = await enter();
    expect((await fetch(`http://127.0.0.1:${port}/lp/${id}/receive`)).status).toBe(400);
    expect((await fetch(`http://127.0.0.1:${port}/lpx/open`, { method: 'POST' })).status).toBe(404);
  });

  it('is closed by its peer, whose held request ends empty, as AutobahnJS needs', async () => {
    const { enter, post, receiving, listeners, transport } = await serve();
    const { id } = await enter();
    await post(`${id}/receive`);
    const held = post(`${id}/receive`);
    await receiving(2);
    expect((await post(`${id}/close`)).status).toBe(202);
    expect((await held).status).toBe(204);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.closed, ends: 1 });
    expect((await post(`${id}/send`, 'x')).status).toBe(404);
    expect(transport.size).toBe(0);
  });

  it('gives out what was sent before the server closes it, then says why', async () => {
    const { enter, post, listeners, transport } = await serve();
    const { id } = await enter();
    listeners[0]?.connection.send(Frame.text('goodbye'));
    listeners[0]?.connection.close(DISCONNECT.draining);
    listeners[0]?.connection.send(Frame.text('too late'));
    expect((await post(`${id}/receive`)).text).toBe('welcome');
    expect((await post(`${id}/send`, 'x')).status).toBe(400);
    expect((await post(`${id}/receive`)).text).toBe('goodbye');
    expect(listeners[0]?.ended).toBeUndefined();
    const last = await post(`${id}/receive`);
    expect([last.status, JSON.parse(last.text).error.message]).toEqual([
      400,
      'the transport has ended: the server restarts (4001)',
    ]);
    expect(listeners[0]).toMatchObject({ heard: [], ended: DISCONNECT.draining, ends: 1 });
    expect(transport.size).toBe(0);
    expect((await post(`${id}/receive`)).status).toBe(404);
  });

  it('lets its peer close it after the goodbye of the protocol', async () => {
    const { enter, post, receiving, listeners } = await serve();
    const { id } = await enter();
    await post(`${id}/receive`);
    const held = post(`${id}/receive`);
    await receiving(2);
    listeners[0]?.connection.send(Frame.text('goodbye'));
    listeners[0]?.connection.close(DISCONNECT.closed);
    expect((await held).text).toBe('goodbye');
    expect((await post(`${id}/close`)).status).toBe(202);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.closed, ends: 1 });
  });

  it('forgets one that is closed and never asked for again', async () => {
    const { enter, listeners, transport } = await serve({ limits: { pongTimeout: 50 } });
    await enter();
    listeners[0]?.connection.close(DISCONNECT.closed);
    await until(() => transport.size === 0);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.closed, ends: 1 });
  });

  it('is lost when its peer stays away', async () => {
    const { enter, post, listeners, transport } = await serve({ limits: { ping: 50, pongTimeout: 50 } });
    const { id } = await enter();
    await post(`${id}/receive`);
    await until(() => transport.size === 0);
    expect(listeners[0]?.ended).toMatchObject({ code: 4012, reconnect: true });
  });

  it('notices that the peer of a held request goes, and loses no message of one that comes back', async () => {
    const { port, enter, post, receiving, over, listeners } = await serve();
    const { id } = await enter();
    await post(`${id}/receive`);
    const held = begin(port, `${id}/receive`);
    await receiving(2);
    held.destroy();
    await over();
    listeners[0]?.connection.send(Frame.text('kept'));
    expect((await post(`${id}/receive`)).text).toBe('kept');
    expect(listeners[0]?.ended).toBeUndefined();
  });

  it('is lost when an answer with messages cannot be written out', async () => {
    const { port, enter, post, receiving, listeners } = await serve({ limits: { buffer: 2 ** 26 } });
    const { id } = await enter();
    await post(`${id}/receive`);
    const held = begin(port, `${id}/receive`);
    const answered = once(held, 'response');
    await receiving(2);
    listeners[0]?.connection.send(new Frame(Buffer.alloc(2 ** 24, 'x')));
    const [response] = (await answered) as [IncomingMessage];
    response.pause();
    response.destroy();
    await until(() => listeners[0]?.ended !== undefined);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.lost, ends: 1 });
  });

  it('is ended when more waits for its peer than limits.buffer', async () => {
    const { enter, listeners, count, transport } = await serve({ limits: { buffer: 10_000 } });
    await enter();
    const frame = Frame.text('x'.repeat(1000));
    for (let i = 0; i < 10; i++) listeners[0]?.connection.send(frame);
    await quiet();
    expect(listeners[0]?.ended).toBeUndefined();
    for (let i = 0; i < 2; i++) listeners[0]?.connection.send(frame);
    await until(() => listeners[0]?.ended !== undefined);
    expect(listeners[0]).toMatchObject({ ended: DISCONNECT.slowConsumer, ends: 1 });
    expect(count).toHaveBeenCalledWith('signalbox_disconnects_total', { code: '4008' });
    expect(transport.size).toBe(0);
  });

  it('is not heard for a while when it floods, and loses nothing that it was promised', async () => {
    const { enter, post, listeners, count } = await serve({
      limits: { messages: { rate: 2, burst: 2 } },
    });
    const { id } = await enter();
    const answers = await Promise.all(Array.from({ length: 40 }, (_v, i) => post(`${id}/send`, `[${i}]`)));
    const taken = answers.filter(({ status }) => status === 202).length;
    const refused = answers.filter(({ status }) => status === 429);
    expect([taken, refused.length]).toEqual([listeners[0]?.heard.length, 40 - taken]);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.text).toContain('limits.messages');
    expect(count).toHaveBeenCalledWith('signalbox_throttled_total', { limit: 'messages' });
  });

  it('is not heard while its protocol has paused it', async () => {
    const { enter, post, listeners } = await serve();
    const { id } = await enter();
    listeners[0]?.connection.pause();
    const sent = post(`${id}/send`, 'x');
    await quiet(30);
    expect(listeners[0]?.heard).toEqual([]);
    listeners[0]?.connection.resume();
    expect((await sent).status).toBe(202);
    expect(listeners[0]?.heard).toEqual(['x']);
  });

  it('is ended when it asks for messages and never sends one', async () => {
    const { enter, post, listeners } = await serve({ limits: { longPoll: 30, silence: 100 } });
    const { id } = await enter();
    let last = await post(`${id}/receive`);
    for (let i = 0; i < 50 && last.status < 400; i++) last = await post(`${id}/receive`);
    expect(last.status).toBe(400);
    expect(listeners[0]?.ended).toEqual(DISCONNECT.silent);
  });

  it('says 400 where its protocol ends it for what it sent', async () => {
    const { enter, post, listeners } = await serve();
    const { id } = await enter();
    const [listener] = listeners;
    if (listener !== undefined) listener.received = () => listener.end(DISCONNECT.malformed);
    expect((await post(`${id}/send`, 'x')).status).toBe(400);
  });

  it('tells a held request that the server drains, and is gone after', async () => {
    const { enter, post, receiving, listeners, transport } = await serve();
    const { id } = await enter();
    await enter();
    await post(`${id}/receive`);
    const held = post(`${id}/receive`);
    await receiving(2);
    await transport.drain(100);
    expect((await held).text).toContain('the server restarts');
    expect(listeners.map(({ ended }) => ended)).toMatchObject([DISCONNECT.draining, DISCONNECT.draining]);
    expect(transport.size).toBe(0);
  });
});
