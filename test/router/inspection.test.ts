import { describe, expect, it } from 'vitest';
import type { Refused, RouterWatch, Tailed, TailQuery } from '../../src/core/inspection.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, testRoute, testUser } from '../../src/testing.js';

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

function setUp(watch?: RouterWatch) {
  return new TestServer({
    ...(watch && { watch }),
    routes: [
      testRoute('news', 'news/{name}', { handler: 'h', history: { size: 3, ttl: undefined } }),
      testRoute('own', 'own/{user_id}', { handler: 'h', access: { subscribe: ['owner'] } }),
      testRoute('jobs', 'jobs', {
        handler: 'h',
        queue: {
          durable: false,
          size: 10,
          ttl: undefined,
          attempts: 3,
          deadLetter: undefined,
          prefetch: 10,
        },
      }),
    ],
    handlers: { h: broadcast },
  });
}

function tail(server: TestServer, query: TailQuery) {
  const seen: Tailed[] = [];
  const stop = server.router.inspection.tail(query, (tailed) => seen.push(tailed));
  return { stop, seen, channels: () => seen.map(({ publication }) => publication.channel) };
}

describe('the figures of a route', () => {
  it('count what was published and delivered on its channels, and who is there', async () => {
    const server = setUp();
    const [a, b] = [server.connect(testUser('a')), server.connect(testUser('b'))];
    await a.subscribe('news/1');
    await b.subscribe('news/1');
    await b.subscribe('news/2');
    await b.subscribe('news', 'prefix');
    await a.publish('news/1', 'x');
    await a.publish('news/3', 'to nobody but the pattern');
    const figures = server.router.inspection.routeFigures.get('news');
    expect(figures).toEqual({ publications: 2, deliveries: 4, refusals: 0, channels: 2, subscribers: 3 });
    await b.unsubscribe('news/1');
    await b.leave();
    expect(figures).toMatchObject({ channels: 1, subscribers: 1 });
  });

  it('count what is published where nobody listens', async () => {
    const server = setUp();
    await server.connect().publish('news/1', 'x');
    expect(server.router.inspection.routeFigures.get('news')).toMatchObject({
      publications: 1,
      deliveries: 0,
    });
  });

  it('count the messages of a queue, and those that consumers were given', async () => {
    const server = setUp();
    const peer = server.connect();
    await peer.publish('jobs', 1);
    await peer.subscribe('jobs');
    await peer.publish('jobs', 2);
    expect(server.router.inspection.routeFigures.get('jobs')).toMatchObject({
      publications: 2,
      deliveries: 2,
    });
  });

  it('count refusals', async () => {
    const server = setUp();
    await expect(server.connect(testUser('a')).subscribe('own/b')).rejects.toThrow('only owner');
    expect(server.router.inspection.routeFigures.get('own')).toMatchObject({ refusals: 1, subscribers: 0 });
  });
});

describe('who watches publications', () => {
  it('sees those of a channel, or of a pattern of channels, with their deliveries, until it stops', async () => {
    const server = setUp();
    const peer = server.connect(testUser('a'));
    await peer.subscribe('news/1');
    const [one, all] = [tail(server, { channel: 'news/1' }), tail(server, { channel: 'news/*' })];
    await peer.publish('news/1', 'x');
    await peer.publish('news/2', 'x');
    expect([one.channels(), all.channels()]).toEqual([['news/1'], ['news/1', 'news/2']]);
    expect(all.seen.map(({ deliveries, route }) => [deliveries, route.name])).toEqual([
      [1, 'news'],
      [0, 'news'],
    ]);
    expect(server.router.inspection.routeFigures.get('news')).toMatchObject({ deliveries: 1 });
    one.stop();
    all.stop();
    await peer.publish('news/1', 'x');
    expect(all.seen).toHaveLength(2);
  });

  it('sees what reaches a user: by its subscriptions and patterns, and not what is for others', async () => {
    const server = setUp();
    const [a, b] = [server.connect(testUser('a')), server.connect(testUser('b'))];
    await a.subscribe('news/1');
    await a.subscribe('own', 'prefix');
    const watched = tail(server, { user: 'a' });
    await b.publish('news/1', 'x');
    await b.publish('news/2', 'x');
    await b.publish('own/a', 'x');
    await b.publish('own/b', 'x');
    await b.publish('news/1', 'x', { users: ['b'] });
    expect(watched.channels()).toEqual(['news/1', 'own/a']);
  });
});

describe('what is kept of a channel', () => {
  it('is read whatever access says: the newest, or what follows an offset', async () => {
    const server = setUp();
    const peer = server.connect();
    for (const n of [1, 2, 3, 4]) await peer.publish('news/1', n);
    const read = async (after: number | undefined, limit: number) =>
      (await server.router.inspection.kept('news/1', { after, limit })).map(({ payload }) => payload.value);
    expect(await read(undefined, 2)).toEqual([3, 4]);
    expect(await read(2, 10)).toEqual([3, 4]);
    expect(await read(0, 1)).toEqual([2]);
    await expect(server.router.inspection.kept('nowhere', { after: 0, limit: 1 })).rejects.toThrow(
      'no route',
    );
  });
});

describe('who watches a router', () => {
  it('hears of each refusal, and what access was decided by', async () => {
    const heard: Refused[] = [];
    const server = setUp({ refused: (refusal) => heard.push(refusal), conflated: () => undefined });
    const peer = server.connect(testUser('a'));
    await expect(peer.subscribe('own/b')).rejects.toThrow('only owner');
    await expect(peer.call('news/1')).rejects.toThrow();
    expect(heard).toMatchObject([
      { operation: 'subscribe', channel: 'own/b', route: 'own', session: peer.session },
      { operation: 'call', channel: 'news/1', route: 'news' },
    ]);
    expect(heard[0]?.decided()).toContain('  user_id of the channel: b');
    expect(heard[0]?.error).toMatchObject({ code: 'forbidden', request: expect.stringMatching(/^r-/) });
  });
});
