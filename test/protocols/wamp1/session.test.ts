import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Guest } from '../../../src/core/protocol.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import { Wamp1Protocol } from '../../../src/protocols/wamp1/index.js';
import { FakeConnection, TestServer, testBackend, testRoute, testUser } from '../../../src/testing.js';

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

const malformed = vi.fn();
let server: TestServer;
let protocol: Wamp1Protocol;

beforeEach(() => {
  malformed.mockClear();
  server = new TestServer({
    routes: [
      testRoute('chat', 'chat/{room}'),
      testRoute('mail', 'mail/{user_id}', { access: { subscribe: ['owner'], publish: ['backend'] } }),
      testRoute('broken', 'broken'),
    ],
    handlers: {
      chat: broadcast,
      mail: broadcast,
      broken: {
        onSubscribe: () => {
          throw new Error('secret');
        },
        onPublish: () => Promise.reject(new Error('secret')),
      },
    },
  });
  protocol = new Wamp1Protocol({
    router: server.router,
    procedures: server.procedures,
    ident: 'signalbox/test',
    depth: 64,
    malformed,
  });
});

/** A WAMP v1 client without a socket. */
class Peer {
  readonly connection = new FakeConnection();
  #seen = 1;

  constructor(principal: Guest['principal'] = testUser('5')) {
    this.connection.listener = protocol.accept(this.connection, { principal, headers: {} });
  }

  get id(): string {
    return JSON.parse(this.connection.texts[0] ?? '')[1];
  }

  send(message: unknown): void {
    this.sendRaw(typeof message === 'string' ? message : JSON.stringify(message));
  }

  sendRaw(data: string | Buffer): void {
    this.connection.listener?.received(Buffer.from(data as string), false);
  }

  /** What came since the last look, after everything under way has settled. */
  async news(): Promise<unknown[]> {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    const texts = this.connection.texts.slice(this.#seen);
    this.#seen = this.connection.texts.length;
    return texts.map((text) => JSON.parse(text));
  }
}

async function subscribed(channel: string, ...peers: Peer[]): Promise<void> {
  for (const peer of peers) {
    peer.send([5, channel]);
    expect(await peer.news()).toEqual([]);
  }
}

describe('a WAMP v1 session', () => {
  it('is welcomed first, without brackets in the name of the server', () => {
    const peer = new Peer();
    expect(JSON.parse(peer.connection.texts[0] ?? '')).toEqual([
      0,
      expect.stringMatching(/^[1-9][0-9]{0,15}$/),
      1,
      'signalbox/test',
    ]);
    expect(peer.id).not.toBe(new Peer().id);
  });

  it('receives events with the payload byte for byte', async () => {
    const [a, b] = [new Peer(), new Peer()];
    await subscribed('chat/x', a);
    b.send('[7, "chat/x", {"n": 12345678901234567890.10, "é": "\\u0041", "e":1E2}]');
    await a.news();
    expect(a.connection.texts.at(-1)).toBe(
      '[8,"chat/x",{"n": 12345678901234567890.10, "é": "\\u0041", "e":1E2}]',
    );
  });

  it.each([
    ['three elements: the publisher is one of the receivers', () => [], [1, 1, 1]],
    ['excludeMe', () => [true], [0, 1, 1]],
    ['excludeMe false', () => [false], [1, 1, 1]],
    ['an exclude list', (ids: string[]) => [[ids[1]]], [1, 0, 1]],
    ['exclude and eligible', (ids: string[]) => [[], [ids[2]]], [0, 0, 1]],
    ['exclude wins over eligible', (ids: string[]) => [[ids[2]], [ids[2]]], [0, 0, 0]],
    ['two empty lists, as PHP publishers send', () => [[], []], [1, 1, 1]],
  ])('publishes with %s', async (_text, rest, expected) => {
    const peers = [new Peer(), new Peer(), new Peer()];
    await subscribed('chat/x', ...peers);
    peers[0]?.send([7, 'chat/x', 'hello', ...rest(peers.map(({ id }) => id))]);
    const news = await Promise.all(peers.map((peer) => peer.news()));
    expect(news.map((events) => events.length)).toEqual(expected);
    for (const event of news.flat()) expect(event).toEqual([8, 'chat/x', 'hello']);
  });

  it.each(['{"a":1}', '"text"', 'null', '0', '[]', '[[1],{}]', 'true', '-1.5e-7'])(
    'carries %s',
    async (json) => {
      const peer = new Peer();
      await subscribed('chat/x', peer);
      peer.send(`[7,"chat/x",${json}]`);
      await peer.news();
      expect(peer.connection.texts.at(-1)).toBe(`[8,"chat/x",${json}]`);
    },
  );

  it('is told of a refused subscription in a frame that names the channel, and lives on', async () => {
    const peer = new Peer();
    peer.send([5, 'mail/6']);
    expect(await peer.news()).toEqual([
      [
        4,
        'mail/6',
        'mail/6',
        'only owner may subscribe on mail/6',
        expect.objectContaining({ code: 403, error: 'forbidden', event: 'onSubscribe', channel: 'mail/6' }),
      ],
    ]);
    peer.send([5, 'nowhere']);
    expect(await peer.news()).toEqual([
      [
        4,
        'nowhere',
        'nowhere',
        expect.any(String),
        expect.objectContaining({ code: 404, error: 'no_such_route' }),
      ],
    ]);
    await subscribed('mail/5', peer);
    expect(peer.connection.ended).toBeUndefined();
  });

  it('asks again when a refused channel is subscribed again', async () => {
    const peer = new Peer();
    for (let i = 0; i < 2; i++) {
      peer.send([5, 'mail/6']);
      expect(await peer.news()).toHaveLength(1);
    }
  });

  it('is told of a refused publication, which reaches nobody', async () => {
    const [owner, other] = [new Peer(), new Peer(testUser('6'))];
    await subscribed('mail/5', owner);
    other.send([7, 'mail/5', 'forged']);
    expect(await other.news()).toEqual([
      [
        4,
        'mail/5',
        'mail/5',
        expect.any(String),
        expect.objectContaining({ event: 'onPublish', error: 'forbidden' }),
      ],
    ]);
    expect(await owner.news()).toEqual([]);
    new Peer(testBackend()).send([7, 'mail/5', 'real']);
    expect(await owner.news()).toEqual([[8, 'mail/5', 'real']]);
  });

  it('hears that a handler failed, but not how', async () => {
    const peer = new Peer();
    peer.send([5, 'broken']);
    peer.send([7, 'broken', 1]);
    const news = await peer.news();
    expect(news).toEqual([
      [
        4,
        'broken',
        'broken',
        'the topic handler threw an error',
        expect.objectContaining({ code: 500, event: 'onSubscribe' }),
      ],
      [
        4,
        'broken',
        'broken',
        'the topic handler threw an error',
        expect.objectContaining({ code: 500, event: 'onPublish' }),
      ],
    ]);
    expect(JSON.stringify(news)).not.toContain('secret');
  });

  it('receives once after a second SUBSCRIBE, and nothing after UNSUBSCRIBE', async () => {
    const peer = new Peer();
    await subscribed('chat/x', peer);
    peer.send([5, 'chat/x']);
    peer.send([7, 'chat/x', 1]);
    expect(await peer.news()).toEqual([[8, 'chat/x', 1]]);
    peer.send([6, 'chat/x']);
    peer.send([6, 'chat/never']);
    peer.send([7, 'chat/x', 2]);
    expect(await peer.news()).toEqual([]);
  });

  it('keeps the order of its requests while a handler thinks', async () => {
    const peer = new Peer();
    peer.send([5, 'chat/x']);
    peer.send([7, 'chat/x', 1]);
    peer.send([6, 'chat/x']);
    peer.send([7, 'chat/x', 2]);
    peer.send([5, 'chat/x']);
    peer.send([7, 'chat/x', 3]);
    expect(await peer.news()).toEqual([
      [8, 'chat/x', 1],
      [8, 'chat/x', 3],
    ]);
  });

  it('expands prefixes in every request, one level deep, and is authorised for the full name', async () => {
    const peer = new Peer();
    peer.send([1, 'c', 'chat/']);
    peer.send([1, 'm', 'mail/']);
    peer.send([5, 'c:x']);
    peer.send([7, 'c:x', 1]);
    peer.send([5, 'm:6']);
    peer.send([5, 'a:b:c']);
    expect(await peer.news()).toEqual([
      [8, 'chat/x', 1],
      [4, 'mail/6', 'mail/6', expect.any(String), expect.any(Object)],
      [4, 'a:b:c', 'a:b:c', expect.any(String), expect.any(Object)],
    ]);
  });

  it('gets an error for a call of an unknown procedure', async () => {
    const peer = new Peer();
    peer.send([2, 'id1', 'rpc/sum', 1, 2]);
    expect(await peer.news()).toEqual([
      [4, 'id1', 'rpc/sum', 'no procedure is named rpc/sum', expect.objectContaining({ code: 404 })],
    ]);
  });

  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  it.each([
    'hello',
    '[5]',
    '[]',
    '{}',
    '5',
    'null',
    '""',
    '[5,1]',
    '[5,null]',
    '[5,{"a":1}]',
    '[99,"x"]',
    '["5","x"]',
    '[5.5,"x"]',
    '[0,"a",1,"b"]',
    '[3,"a",1]',
    '[4,"a","b","c"]',
    '[8,"chat/x",1]',
    '[1,"o"]',
    '[2,"id"]',
    '[2,5,"x"]',
    '[7]',
    '[7,"chat/x"]',
    '[7,"chat/x",]',
    '[7,5,1]',
    '[7,"chat/x",1',
    '[7,"chat/x",1]]',
    '[7,"chat/x",1] x',
    '[7,"chat/x",NaN]',
    "[7,'chat/x',1]",
    '[7,"chat/x",01]',
    '[7,"chat/x",1,[],"oops"]',
    '[7,"chat/x",1,[],null]',
    '[7,"chat/x",1,{}]',
    '[7,"chat/x",1,[1]]',
    '[7,"chat/x",1,[],[],1]',
    `[7,"chat/x",1,[${'"a",'.repeat(1000)}"a"]]`,
    '\ufeff[5,"chat/x"]',
    '[5,"chat/x"][5,"chat/y"]',
    '[5,"chat/x\n"]',
    `[7,"chat/x",${deep(65)}]`,
    `[5,"chat/x",${deep(70)}]`,
    deep(5000),
    '['.repeat(500_000),
    '[7,"chat/x","\\q"]',
    '[7,"chat/x","\\u12"]',
    '',
  ])('ends at %.60s, saying so, and nobody else is harmed', async (frame) => {
    const [bad, good] = [new Peer(), new Peer()];
    await subscribed('chat/x', good);
    bad.sendRaw(frame);
    await bad.news();
    expect(bad.connection.ended).toMatchObject({
      code: 4501,
      reconnect: false,
      goodbye: true,
      reason: expect.stringContaining('malformed message'),
    });
    expect(malformed).toHaveBeenCalledTimes(1);
    good.send([7, 'chat/x', 1]);
    expect(await good.news()).toEqual([[8, 'chat/x', 1]]);
    expect(server.router.sessions.size).toBe(1);
  });

  it('ends a peer that declares more prefixes than one needs', async () => {
    const peer = new Peer();
    for (let i = 0; i < 65; i++) peer.send([1, `p${i}`, 'x']);
    expect(peer.connection.ended?.code).toBe(4501);
  });

  it('ends at a binary message, which this protocol has not', () => {
    const peer = new Peer();
    peer.connection.listener?.received(Buffer.from('[5,"chat/x"]'), true);
    expect(peer.connection.ended?.code).toBe(1003);
  });

  it('drops a peer that should come back, because a goodbye keeps old clients away for ever', () => {
    const peer = new Peer();
    peer.connection.listener?.end({ code: 4001, reason: 'restart', reconnect: true });
    expect(peer.connection.ended).toMatchObject({ code: 4001, goodbye: false });
  });

  it('leaves everything when its connection ends', async () => {
    const peer = new Peer();
    await subscribed('chat/x', peer);
    peer.connection.drop({ code: 1006, reason: 'gone', reconnect: true });
    await peer.news();
    expect(server.router.topics.size).toBe(0);
    expect(server.router.sessions.size).toBe(0);
  });

  it('is not read while more waits than its mailbox holds', async () => {
    const peer = new Peer();
    for (let i = 0; i < 100; i++) peer.send([5, `chat/${i}`]);
    expect(peer.connection.paused).toBe(true);
    await vi.waitFor(() => expect(peer.connection.paused).toBe(false));
    expect(server.router.topics.size).toBe(100);
  });
});
