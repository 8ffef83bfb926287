import { describe, expect, it, vi } from 'vitest';
import type { Broker, ChannelSelection } from '../../src/core/broker.js';
import { Frame } from '../../src/core/frame.js';
import { Payload } from '../../src/core/payload.js';
import type { Publication } from '../../src/core/publication.js';
import type { Subscriber } from '../../src/core/router.js';
import { ANONYMOUS } from '../../src/core/session.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { type TestPeer, TestServer, type TestServerOptions, testRoute, testUser } from '../../src/testing.js';

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

function serve(more: Partial<TestServerOptions> = {}) {
  return new TestServer({
    routes: [
      testRoute('chat', 'chat/{room}'),
      testRoute('own', 'own/{user_id}', { access: { subscribe: ['owner'] } }),
      testRoute('guarded', 'guarded/{room}'),
      testRoute('agreed', 'agreed/{room}'),
      testRoute('meta', 'wamp.{word}.{event}', { requirements: { word: '\\w+', event: '\\w+' } }),
      testRoute('any', '{a}/{b}/{c}'),
    ],
    handlers: {
      chat: broadcast,
      own: broadcast,
      guarded: { ...broadcast, onSubscribe: () => undefined },
      agreed: { ...broadcast, onSubscribe: () => undefined, patterns: true },
      meta: broadcast,
      any: broadcast,
    },
    ...more,
  });
}

const heard = (peer: TestPeer) => peer.received.map(({ channel, payload }) => `${channel} ${payload}`);
const refusedWith = (code: string) => expect.objectContaining({ code });

describe('a subscriber of a pattern', () => {
  it.each([
    ['prefix', 'chat/', ['chat/a 1', 'chat/b 2']],
    ['prefix', 'chat.a', ['chat/a 1']],
    ['prefix', '', ['chat/a 1', 'chat/b 2', 'x/y/z 3']],
    ['wildcard', 'chat.', ['chat/a 1', 'chat/b 2']],
    ['wildcard', '/', ['chat/a 1', 'chat/b 2']],
    ['wildcard', 'x..z', ['x/y/z 3']],
    ['wildcard', 'chat', []],
  ] as const)(
    'gets what is published on the channels of %s "%s", live or not',
    async (match, text, expected) => {
      const server = serve();
      const [peer, other, publisher] = [server.connect(), server.connect(), server.connect()];
      await peer.subscribe(text, match);
      await other.subscribe('chat/b');
      await publisher.publish('chat/a', 1);
      await publisher.publish('chat/b', 2);
      await publisher.publish('x/y/z', 3);
      expect(heard(peer)).toEqual(expected);
      expect(server.router.topics.size).toBe(1);
    },
  );

  it('gets nothing of a channel that it may not subscribe to, and more or less as its rights change', async () => {
    const server = serve();
    const [five, six] = [server.connect(testUser('5')), server.connect(testUser('6'))];
    const publisher = server.connect();
    for (const peer of [five, six]) await peer.subscribe('own/', 'prefix');
    await publisher.publish('own/5', 1);
    expect([heard(five), heard(six)]).toEqual([['own/5 1'], []]);
    server.router.renew(five.session, testUser('5', { scope: ['chat/*'] }));
    await publisher.publish('own/5', 2);
    expect(heard(five)).toEqual(['own/5 1']);
    expect(five.ended).toEqual([]);
  });

  it('gets nothing of a handler that wants to be asked, unless that leaves it to access', async () => {
    const server = serve();
    const peer = server.connect();
    await peer.subscribe('', 'prefix');
    await server.connect().publish('guarded/a', 1);
    await server.connect().publish('agreed/a', 2);
    expect(heard(peer)).toEqual(['agreed/a 2']);
  });

  it('is asked what the audience says', async () => {
    const server = serve();
    const [anonymous, user, staff] = [
      server.connect(),
      server.connect(testUser('5')),
      server.connect(testUser('6', { roles: ['staff'] })),
    ];
    const peers = [anonymous, user, staff];
    for (const peer of peers) await peer.subscribe('chat/', 'prefix');
    const publisher = server.connect();
    await publisher.publish('chat/a', 1, { exclude: [anonymous.session.id] });
    await publisher.publish('chat/a', 2, { eligible: [anonymous.session.id] });
    await publisher.publish('chat/a', 3, { excludeUsers: ['5'] });
    await publisher.publish('chat/a', 4, { users: ['5'] });
    await publisher.publish('chat/a', 5, { excludeRoles: ['staff'] });
    await publisher.publish('chat/a', 6, { roles: ['staff', 'anonymous'] });
    const numbers = peers.map(({ received }) => received.map(({ payload }) => payload));
    expect(numbers).toEqual([
      [2, 3, 5, 6],
      [1, 4, 5],
      [1, 3, 6],
    ]);
  });

  it('gets it once for each of its subscriptions, the same publication, in the order published', async () => {
    const server = serve();
    const peer = server.connect();
    await peer.subscribe('chat/a');
    await peer.subscribe('chat/', 'prefix');
    await peer.subscribe('chat.', 'prefix');
    await peer.subscribe('/a', 'wildcard');
    for (const n of [1, 2, 3]) await server.connect().publish('chat/a', n);
    expect(peer.received.map(({ payload }) => payload)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  });

  it('hears of a channel that was busy before it came', async () => {
    const server = serve();
    const [early, exact, late] = [server.connect(), server.connect(), server.connect()];
    await early.subscribe('x/', 'prefix');
    await exact.subscribe('chat/a');
    await exact.publish('chat/a', 1);
    await late.subscribe('chat/', 'prefix');
    await exact.publish('chat/a', 2);
    await late.unsubscribe('chat/', 'prefix');
    await exact.publish('chat/a', 3);
    expect([heard(early), heard(exact), heard(late)]).toEqual([
      [],
      ['chat/a 1', 'chat/a 2', 'chat/a 3'],
      ['chat/a 2'],
    ]);
  });

  it('is gone when it unsubscribes, leaves, or is disconnected', async () => {
    const server = serve();
    const [one, two, three] = [server.connect(), server.connect(), server.connect(testUser('5'))];
    for (const peer of [one, two, three]) await peer.subscribe('chat/', 'prefix');
    await one.unsubscribe('chat/', 'prefix');
    await two.leave();
    server.router.disconnect({ user: '5' }, { code: 4003, reason: 'x', reconnect: true });
    await server.connect().publish('chat/a', 1);
    expect([one, two, three].flatMap(heard)).toEqual([]);
    expect([...server.router.groups()]).toEqual([]);
  });

  it.each([
    ['too long', 'prefix', 'x'.repeat(256)],
    ['with a control character', 'prefix', 'a\u0000'],
    ['not in normal form', 'wildcard', 'e\u0301.'],
    ['with half a character', 'prefix', '\ud800'],
    ['of more than 32 parts', 'wildcard', '.'.repeat(32)],
  ] as const)('is refused a pattern %s', async (_text, match, pattern) => {
    const server = serve();
    await expect(server.connect().subscribe(pattern, match)).rejects.toEqual(refusedWith('invalid_channel'));
    expect([...server.router.groups()]).toEqual([]);
  });

  it('may have as many patterns as subscriptions', async () => {
    const server = serve({ limits: { subscriptions: 2 } });
    const peer = server.connect();
    await peer.subscribe('chat/a');
    await peer.subscribe('chat/a', 'prefix');
    await expect(peer.subscribe('chat/b', 'prefix')).rejects.toEqual(refusedWith('limit_exceeded'));
    expect([...server.router.groups()]).toHaveLength(2);
  });

  it('is refused one pattern more than limits.patterns, and no channel', async () => {
    const peer = serve({ limits: { patterns: 1 } }).connect();
    await peer.subscribe('chat', 'prefix');
    await expect(peer.subscribe('chat.', 'wildcard')).rejects.toMatchObject({ limit: 'limits.patterns' });
    await peer.subscribe('chat/a');
  });

  it('counts a pattern as a channel of its own', async () => {
    const peer = serve({ limits: { channels: 1 } }).connect();
    await peer.subscribe('chat/a');
    await expect(peer.subscribe('chat/a', 'prefix')).rejects.toEqual(refusedWith('limit_exceeded'));
  });

  it('is not joined when it leaves while the broker takes its time', async () => {
    let attached = () => {};
    const asked: ChannelSelection[] = [];
    const unsubscribed: ChannelSelection[] = [];
    const broker: Broker = {
      ...quietBroker,
      subscribePattern: ({ match, channel }) => {
        asked.push({ match, channel });
        return new Promise<void>((resolve) => (attached = resolve));
      },
      unsubscribePattern: ({ match, channel }) => void unsubscribed.push({ match, channel }),
    };
    const server = serve({ broker });
    const [peer, second] = [server.connect(), server.connect()];
    const joining = [peer, second].map((one) => one.subscribe('chat/', 'prefix').catch(({ code }) => code));
    await Promise.all([peer.leave(), second.leave()]);
    attached();
    expect(await Promise.all(joining)).toEqual(['unavailable', 'unavailable']);
    expect(asked).toEqual([{ match: 'prefix', channel: 'chat/' }]);
    expect(unsubscribed).toEqual(asked);
    expect([...server.router.groups()]).toEqual([]);
  });

  it('reads the same bytes as all of its group with its wire key', async () => {
    const server = serve();
    const encode = vi.fn((publication: Publication) => Frame.text(publication.payload.text));
    const frames: Frame[] = [];
    for (let i = 0; i < 5; i++) {
      const { session, connection } = server.connect();
      const subscriber: Subscriber = {
        session,
        channel: 'chat/',
        match: 'prefix',
        wireKey: 'k',
        encode,
        ended: () => undefined,
      };
      await server.router.subscribe(subscriber);
      connection.send = (frame) => void frames.push(frame);
    }
    await server.connect().publish('chat/a', 1);
    expect(encode).toHaveBeenCalledTimes(1);
    expect(new Set(frames).size).toBe(1);
    expect(frames).toHaveLength(5);
  });
});

const quietBroker: Broker = {
  start: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  publish: (publication) => publication,
  recover: () => undefined,
  retained: () => [],
  history: () => [],
  close: () => undefined,
};

describe("the server's own channels", () => {
  const announce = (server: TestServer, channel: string) =>
    server.router.announce(channel, Payload.of('news'));

  it('reach who is subscribed to them, or to a pattern that begins with their word', async () => {
    const server = serve();
    const [exact, prefix, wildcard, everything, anyWord] = Array.from({ length: 5 }, () => server.connect());
    await exact?.subscribe('wamp.session.on_join');
    await prefix?.subscribe('wamp.', 'prefix');
    await wildcard?.subscribe('wamp..on_join', 'wildcard');
    await everything?.subscribe('', 'prefix');
    await anyWord?.subscribe('.session.on_join', 'wildcard');
    announce(server, 'wamp.session.on_join');
    expect([exact, prefix, wildcard].map((peer) => peer && heard(peer))).toEqual(
      Array.from({ length: 3 }, () => ['wamp.session.on_join news']),
    );
    expect([everything, anyWord].flatMap((peer) => peer && heard(peer))).toEqual([]);
  });

  it.each(['wamp.session.on_join', 'wamp/session/on_join'])(
    'are for nobody else to publish on: %s',
    async (channel) => {
      const server = serve();
      const [peer, publisher] = [server.connect(), server.connect()];
      await peer.subscribe('wamp.', 'prefix');
      await expect(publisher.publish(channel, 1)).rejects.toEqual(refusedWith('forbidden'));
      expect(peer.received).toEqual([]);
    },
  );

  it('mean themselves in protocols with other spellings', () => {
    const { router } = serve();
    expect(router.resolve('wamp.session.on_join')).toBe('wamp.session.on_join');
    expect(router.resolve('a.b.c')).toBe('a/b/c');
    expect(() => router.resolve('wamp.a.b.c')).toThrow('no route matches');
    expect(() => router.resolve('/topic/wamp.a-b.c')).toThrow('no route matches');
    expect(() => router.resolve('signalbox.a.b')).toThrow('signalbox.');
  });

  it('cost no payload where nobody listens', () => {
    const server = serve();
    const make = vi.fn(() => Payload.of(1));
    server.router.announce('wamp.session.on_join', make);
    expect(make).not.toHaveBeenCalled();
  });

  it('are told without a route to nobody', async () => {
    const server = serve();
    const peer = server.connect(ANONYMOUS);
    await peer.subscribe('signalbox.', 'prefix');
    announce(server, 'signalbox.x');
    announce(server, 'wamp.no.such.route');
    expect(peer.received).toEqual([]);
  });
});

describe('groups of subscribers', () => {
  it('have a number that comes once, and a time', async () => {
    const server = serve();
    const peer = server.connect();
    const ids: number[] = [];
    for (const [text, match] of [['chat/a'], ['chat/a'], ['chat/', 'prefix'], ['chat.', 'prefix']] as const) {
      await peer.subscribe(text, match);
      const group = server.router.groupOf(match ?? 'exact', text);
      expect(group).toMatchObject({ channel: text, match: match ?? 'exact', size: 1 });
      expect(group?.created).toBeGreaterThan(0);
      expect([...(group ?? [])]).toEqual([peer.session]);
      expect(server.router.group(group?.id ?? 0)).toBe(group);
      ids.push(group?.id ?? 0);
      await peer.unsubscribe(text, match);
      expect(server.router.groupOf(match ?? 'exact', text)).toBeUndefined();
      expect(server.router.group(group?.id ?? 0)).toBeUndefined();
    }
    expect(new Set(ids).size).toBe(4);
    expect(Math.min(...ids)).toBeGreaterThan(0);
  });

  it('are found by a channel that they get', async () => {
    const server = serve();
    const peer = server.connect();
    await peer.subscribe('chat/a');
    await peer.subscribe('chat.', 'prefix');
    await peer.subscribe('', 'prefix');
    await peer.subscribe('/a', 'wildcard');
    const texts = (channel: string) =>
      server.router.matching(channel).map((group) => `${group.match} ${group.channel}`);
    expect(texts('chat/a')).toEqual(['exact chat/a', 'prefix chat.', 'wildcard /a', 'prefix ']);
    expect(texts('chat/b')).toEqual(['prefix chat.', 'prefix ']);
    expect(texts('guarded/b')).toEqual([]);
    expect(texts('wamp.session.on_join')).toEqual([]);
    expect(texts('no route')).toEqual([]);
  });

  it('tell who has come and gone, the first and the last', async () => {
    const server = serve();
    const told: string[] = [];
    const name = ({ session, group }: { session: { id: string }; group: { channel: string; id: number } }) =>
      `${names.get(session.id)} ${group.channel} ${group.id}`;
    server.events.on('subscribed', (event) => told.push(`+ ${name(event)}${event.first ? ' first' : ''}`));
    server.events.on('unsubscribed', (event) => told.push(`- ${name(event)}${event.last ? ' last' : ''}`));
    const [one, two] = [server.connect(), server.connect()];
    const names = new Map([
      [one.session.id, 'one'],
      [two.session.id, 'two'],
    ]);
    await one.subscribe('chat/a');
    await two.subscribe('chat/a');
    await one.subscribe('chat/', 'prefix');
    await one.leave();
    await two.unsubscribe('chat/a');
    await two.subscribe('chat/a');
    expect(told).toEqual([
      '+ one chat/a 1 first',
      '+ two chat/a 1',
      '+ one chat/ 2 first',
      '- one chat/a 1',
      '- one chat/ 2 last',
      '- two chat/a 1 last',
      '+ two chat/a 3 first',
    ]);
  });
});
