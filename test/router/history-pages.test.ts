import { describe, expect, it } from 'vitest';
import { type HistoryQuery, readHistoryQuery } from '../../src/core/history-page.js';
import type { HistoryPolicy } from '../../src/core/route.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, testRoute, testUser } from '../../src/testing.js';
import { BroadcastTopic } from '../../topics/broadcast.js';

const history: HistoryPolicy = { size: 5, ttl: 600_000 };
const broadcast = new BroadcastTopic() as TopicHandler;
const queue = {
  durable: true,
  size: 10,
  ttl: undefined,
  attempts: 5,
  deadLetter: undefined,
  prefetch: 1,
};

function serve() {
  const server = new TestServer({
    routes: [
      testRoute('chat', 'chat/{room}', { history }),
      testRoute('plain', 'plain/{room}'),
      testRoute('sealed', 'sealed/{room}', { history, access: { history: [], publish: [], subscribe: [] } }),
      testRoute('price', 'price/{name}', { history: { size: 1, ttl: undefined, durable: true }, replay: 1 }),
      testRoute('work', 'work/{name}', { queue }),
    ],
    handlers: { chat: broadcast, plain: broadcast, sealed: broadcast, price: broadcast, work: broadcast },
    limits: { buffer: 2000 },
  });
  const { session, publish, call } = bound(server);
  const read = (given: Record<string, unknown> = {}, channel = 'chat/a') =>
    server.router.historyPage(session, channel, readHistoryQuery(given));
  const tell = async (...payloads: readonly unknown[]) => {
    for (const payload of payloads) await publish('chat/a', payload);
  };
  return { server, read, tell, call };
}

function bound(server: TestServer) {
  const peer = server.connect();
  return {
    session: peer.session,
    publish: peer.publish.bind(peer),
    call: peer.call.bind(peer),
  };
}

const refusedWith = (code: string) => expect.objectContaining({ code });

describe('a page of a history', () => {
  it('goes on where the one before it ended, until there is no more', async () => {
    const { read, tell } = serve();
    await tell(1, 2, 3);
    const first = await read({ limit: 2 });
    expect(first).toMatchObject({ channel: 'chat/a', offset: 3, more: true });
    expect(first).not.toHaveProperty('recovered');
    expect(first.publications).toMatchObject([
      { offset: 1, payload: 1 },
      { offset: 2, payload: 2 },
    ]);
    const second = await read({ limit: 2, since: first.position });
    expect(second).toMatchObject({ recovered: true, more: false, publications: [{ offset: 3, payload: 3 }] });
    const third = await read({ since: second.position });
    expect(third).toMatchObject({ recovered: true, publications: [], position: second.position });
    await tell(4);
    expect((await read({ since: third.position })).publications).toMatchObject([{ payload: 4 }]);
  });

  it('has the newest first where that is asked for, and goes on with what is published later', async () => {
    const { read, tell } = serve();
    await tell(1, 2, 3);
    const page = await read({ limit: 2, reverse: true });
    expect(page.publications.map(({ payload }) => payload)).toEqual([3, 2]);
    await tell(4);
    expect((await read({ since: page.position })).publications).toMatchObject([{ payload: 4 }]);
  });

  it('says what is not known any more, and gives what is kept', async () => {
    const { read, tell } = serve();
    await tell(1);
    const { position } = await read();
    await tell(2, 3, 4, 5, 6, 7);
    const page = await read({ since: position });
    expect(page).toMatchObject({ recovered: false, offset: 7 });
    expect(page.publications.map(({ payload }) => payload)).toEqual([3, 4, 5, 6, 7]);
  });

  it('of a channel on which nothing was published has a position to go on from', async () => {
    const { read } = serve();
    const page = await read();
    expect(page).toMatchObject({ offset: 0, more: false, publications: [] });
    expect(page.position).toMatch(/^[0-9a-z]+\.0\.[0-9a-z]+$/);
  });

  it('ends early where a connection could not hold it, and leaves nothing out', async () => {
    const { read, tell } = serve();
    const large = 'x'.repeat(700);
    await tell(large, large, large);
    const first = await read();
    expect(first.publications).toHaveLength(1);
    expect(first.more).toBe(true);
    expect((await read({ since: first.position })).publications).toMatchObject([{ offset: 2 }]);
  });

  it('has nothing that is for somebody else, and counts it as read', async () => {
    const { server, read } = serve();
    const peer = server.connect(testUser('5'));
    await peer.publish('chat/a', 'for five', { users: ['5'] });
    await peer.publish('chat/a', 'for all');
    const page = await read({ limit: 1 });
    expect(page.publications).toMatchObject([{ offset: 2, payload: 'for all' }]);
    expect(page.more).toBe(false);
  });

  it('of a channel without a history is empty', async () => {
    const { read } = serve();
    const none = { epoch: null, offset: null, position: null, more: false, publications: [] };
    expect(await read({}, 'plain/a')).toEqual({ channel: 'plain/a', ...none });
    expect(await read({ since: 'a.1.b' }, 'plain/a')).toMatchObject({ ...none, recovered: false });
  });

  it('is refused to who may not read it, and where no route is', async () => {
    const { read, server } = serve();
    await expect(read({}, 'sealed/a')).rejects.toEqual(refusedWith('forbidden'));
    await expect(read({}, 'nowhere')).rejects.toEqual(refusedWith('no_such_route'));
    expect(server.router.topics.size).toBe(0);
  });

  it.each<[Record<string, unknown>]>([
    [{ since: 'nothing' }],
    [{ since: 5 }],
    [{ since: '' }],
    [{ since: `a.${2 ** 60}.b` }],
    [{ limit: 0 }],
    [{ limit: 1001 }],
    [{ limit: 1.5 }],
    [{ limit: '5' }],
    [{ reverse: 'yes' }],
  ])('is not read by %j', (given) => {
    expect(() => readHistoryQuery(given)).toThrow(refusedWith('bad_request'));
  });
});

describe('the procedures of channels', () => {
  it('give a page of the history, by named arguments or a map', async () => {
    const { tell, call } = serve();
    await tell(1, 2);
    const page = (await call('signalbox.history', 'chat/a', {
      limit: 1,
    } satisfies Partial<HistoryQuery>)) as {
      position: string;
    };
    expect(page).toMatchObject({ more: true, publications: [{ payload: 1 }] });
    expect(await call('signalbox.history', 'chat.a', { since: page.position })).toMatchObject({
      recovered: true,
      publications: [{ payload: 2 }],
    });
    await expect(call('signalbox.history')).rejects.toEqual(refusedWith('bad_request'));
    await expect(call('signalbox.history', 'chat/a', 5)).rejects.toEqual(refusedWith('bad_request'));
    await expect(call('signalbox.history', 'sealed/a')).rejects.toEqual(refusedWith('forbidden'));
  });

  it.each([
    ['plain/a', { kind: 'at_most_once', promise: 'at most once' }],
    ['chat/a', { kind: 'recoverable', promise: 'recoverable: the newest 5 of 10m' }],
    [
      'price/a',
      {
        kind: 'recoverable',
        promise: 'recoverable: the newest 1; durable; the newest 1 to each new subscriber',
        history: { size: 1, ttl: null, durable: true },
        replay: 1,
      },
    ],
    [
      'work/a',
      {
        kind: 'queue',
        promise: 'each message to one consumer, until it is acknowledged, durable',
        queue: { size: 10, ttl: null, durable: true },
      },
    ],
  ])('say what %s promises', async (channel, promise) => {
    expect(await serve().call('signalbox.promise', channel)).toMatchObject({ channel, ...promise });
  });

  it('say nothing of a channel to who may do nothing there', async () => {
    await expect(serve().call('signalbox.promise', 'sealed/a')).rejects.toEqual(refusedWith('forbidden'));
  });
});
