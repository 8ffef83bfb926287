import { beforeEach, describe, expect, it } from 'vitest';
import type { TopicHandler } from '../../../src/core/topic.js';
import { Wamp1Protocol } from '../../../src/protocols/wamp1/index.js';
import { FakeConnection, TestServer, testRoute, testUser } from '../../../src/testing.js';

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};
const history = { size: 10, ttl: 60_000 };
const position = expect.stringMatching(/^[0-9a-z]+\.\d+\.[0-9a-z]+$/);

let server: TestServer;
let protocol: Wamp1Protocol;

beforeEach(() => {
  server = new TestServer({
    routes: [
      testRoute('user', 'user/{id}', { history, requirements: { id: '\\d+' } }),
      testRoute('chat', 'chat/{room}', { history }),
      testRoute('plain', 'plain'),
      testRoute('odd', 'odd#since={text}', { requirements: { text: '.+' } }),
    ],
    handlers: { user: broadcast, chat: broadcast, plain: broadcast, odd: broadcast },
  });
  const { router, procedures } = server;
  protocol = new Wamp1Protocol({
    router,
    procedures,
    ident: 'signalbox',
    depth: 64,
    malformed: () => undefined,
  });
});

class Peer {
  readonly connection = new FakeConnection();
  #seen = 1;

  constructor() {
    this.connection.listener = protocol.accept(this.connection, { principal: testUser('5'), headers: {} });
  }

  async ask(message: unknown): Promise<unknown[]> {
    this.connection.listener?.received(Buffer.from(JSON.stringify(message)), false);
    return this.news();
  }

  async news(): Promise<unknown[]> {
    for (let i = 0; i < 6; i++) await new Promise((resolve) => setImmediate(resolve));
    const texts = this.connection.texts.slice(this.#seen);
    this.#seen = this.connection.texts.length;
    return texts.map((text) => JSON.parse(text));
  }
}

const publish = async (channel: string, ...values: readonly unknown[]) => {
  const peer = new Peer();
  for (const value of values) await peer.ask([7, channel, value]);
};

describe('a WAMP v1 subscriber of channel#since=', () => {
  it.each(['user/1', 'chat/a'])('of %s comes back and gets exactly what it missed', async (channel) => {
    const before = new Peer();
    const uri = `${channel}#since=`;
    expect(await before.ask([5, uri])).toEqual([[8, uri, null, { position }]]);
    await publish(channel, { n: 1 });
    const [event] = (await before.news()) as [[number, string, unknown, { position: string }]];
    expect(event).toEqual([8, uri, { n: 1 }, { position }]);
    before.connection.drop({ code: 1006, reason: 'gone', reconnect: true });
    await publish(channel, 2, 3);
    const after = new Peer();
    const again = `${uri}${event[3].position}`;
    expect(await after.ask([5, again])).toEqual([
      [8, again, null, { position: event[3].position, recovered: true }],
      [8, again, 2, { position }],
      [8, again, 3, { position }],
    ]);
    expect(await after.ask([6, again])).toEqual([]);
    await publish(channel, 4);
    expect(await after.news()).toEqual([]);
  });

  it('is told that what it missed is not known, and on a plain channel that nothing is', async () => {
    await publish('user/1', 1);
    const [lost, plain] = [new Peer(), new Peer()];
    const uri = 'user/1#since=another.1.history';
    expect(await lost.ask([5, uri])).toEqual([[8, uri, null, { position, recovered: false }]]);
    expect(await plain.ask([5, 'plain#since=a.1.b'])).toEqual([
      [8, 'plain#since=a.1.b', null, { recovered: false }],
    ]);
    await publish('plain', 1);
    expect(await plain.news()).toEqual([[8, 'plain#since=a.1.b', 1]]);
  });

  it('is another subscriber than one of the channel itself, which hears nothing of positions', async () => {
    const peer = new Peer();
    await peer.ask([5, 'user/1']);
    await peer.ask([5, 'user/1#since=']);
    await publish('user/1', 1);
    expect(await peer.news()).toEqual([
      [8, 'user/1', 1],
      [8, 'user/1#since=', 1, { position }],
    ]);
  });

  it('is refused a position that is none, by the text that it wrote', async () => {
    const peer = new Peer();
    const uri = 'user/1#since=nonsense';
    expect(await peer.ask([5, uri])).toEqual([
      [
        4,
        uri,
        uri,
        expect.any(String),
        expect.objectContaining({ error: 'bad_request', event: 'onSubscribe' }),
      ],
    ]);
  });

  it('is a subscriber of a channel of that name, where what stands before it is no channel', async () => {
    const peer = new Peer();
    expect(await peer.ask([5, 'odd#since=x'])).toEqual([]);
    await publish('odd#since=x', 1);
    expect(await peer.news()).toEqual([[8, 'odd#since=x', 1]]);
    expect(await peer.ask([5, 'nowhere#since='])).toMatchObject([
      [4, 'nowhere#since=', 'nowhere#since=', expect.any(String), { error: 'no_such_route' }],
    ]);
  });
});

it('reads histories and promises by CALL', async () => {
  await publish('user/1', 1, 2);
  const peer = new Peer();
  const [[, , page]] = (await peer.ask([2, 'c1', 'signalbox.history', 'user/1', { limit: 1 }])) as [
    [number, string, { position: string }],
  ];
  expect(page).toMatchObject({ channel: 'user/1', offset: 2, more: true, publications: [{ payload: 1 }] });
  expect(
    await peer.ask([2, 'c2', 'signalbox.history', { channel: 'user/1', since: page.position }]),
  ).toMatchObject([[3, 'c2', { recovered: true, publications: [{ payload: 2 }] }]]);
  expect(await peer.ask([2, 'c3', 'signalbox.promise', 'user/1'])).toMatchObject([
    [3, 'c3', { kind: 'recoverable', promise: 'recoverable: the newest 10 of 1m' }],
  ]);
  expect(await peer.ask([2, 'c4', 'signalbox.history', 'user/1', { since: 'x' }])).toMatchObject([
    [4, 'c4', 'signalbox.history', expect.any(String), { error: 'bad_request' }],
  ]);
});
