import { describe, expect, it } from 'vitest';
import type { Publication } from '../../src/core/publication.js';
import type { HistoryPolicy } from '../../src/core/route.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, testBackend, testRoute, testUser } from '../../src/testing.js';
import { BroadcastTopic } from '../../topics/broadcast.js';
import { SecuredTopic } from '../../topics/secured.js';

const history: HistoryPolicy = { size: 10, ttl: undefined };
const broadcast = new BroadcastTopic() as TopicHandler;
const guarded: TopicHandler = {
  onPublish: broadcast.onPublish?.bind(broadcast),
  onSubscribe: () => undefined,
} as TopicHandler;

function serve() {
  return new TestServer({
    routes: [
      testRoute('chat', 'chat/{room}', { history }),
      testRoute('brief', 'brief/{room}'),
      testRoute('own', 'own/{user_id}', { history, access: { subscribe: ['owner'], history: ['owner'] } }),
      testRoute('sealed', 'sealed/{room}', { history, access: { history: [] } }),
      testRoute('guarded', 'guarded/{room}', { history }),
      testRoute('private', 'private/{user_id}', { history }),
      testRoute('meta', 'wamp.{word}.x', { history }),
    ],
    handlers: {
      chat: broadcast,
      brief: broadcast,
      own: broadcast,
      sealed: broadcast,
      guarded,
      private: new SecuredTopic() as TopicHandler,
      meta: broadcast,
    },
  });
}

const refusedWith = (code: string) => expect.objectContaining({ code });
const values = (publications: readonly Publication[]) => publications.map(({ payload }) => payload.value);

describe('who asks for what is retained', () => {
  it('gets the newest that it would have got, of a channel or of each channel of a pattern', async () => {
    const server = serve();
    const publisher = server.connect();
    await publisher.publish('chat/a', 1, { retain: true });
    await publisher.publish('chat/b', 2, { retain: true });
    await publisher.publish('chat/a', 3, { retain: true, users: ['5'] });
    await publisher.publish('chat/a', 4);
    const [five, six] = [server.connect(testUser('5')), server.connect(testUser('6'))];
    for (const peer of [five, six]) {
      await peer.subscribe('chat/a');
      await peer.subscribe('chat.', 'prefix');
    }
    expect(values(await five.retained('chat/a'))).toEqual([3]);
    expect(values(await six.retained('chat/a'))).toEqual([1]);
    expect(values(await five.retained('chat.', 'prefix'))).toEqual([2, 3]);
    expect(values(await six.retained('chat.', 'prefix'))).toEqual([1, 2]);
  });

  it('gets its own only if it did not want to be left out', async () => {
    const server = serve();
    const peer = server.connect();
    await peer.subscribe('brief/a');
    await peer.publish('brief/a', 1, { retain: true, exclude: [peer.session.id] });
    expect(await peer.retained('brief/a')).toEqual([]);
    const other = server.connect();
    await other.subscribe('brief/a');
    expect(values(await other.retained('brief/a'))).toEqual([1]);
  });

  it('gets nothing by a pattern that it might not subscribe to, nor of a handler that was not asked', async () => {
    const server = serve();
    const publisher = server.connect();
    for (const channel of ['own/5', 'own/6', 'guarded/a'])
      await publisher.publish(channel, channel, { retain: true });
    const peer = server.connect(testUser('5'));
    await peer.subscribe('', 'prefix');
    await peer.subscribe('guarded/a');
    expect(values(await peer.retained('', 'prefix'))).toEqual(['own/5']);
    expect(values(await peer.retained('guarded/a'))).toEqual(['guarded/a']);
  });

  it('gets nothing once it has left', async () => {
    const server = serve();
    await server.connect().publish('chat/a', 1, { retain: true });
    const peer = server.connect();
    await peer.subscribe('chat/a');
    await peer.leave();
    expect(await peer.retained('chat/a')).toEqual([]);
  });
});

describe('who reads a history', () => {
  it('gets what its route keeps, with filters', async () => {
    const server = serve();
    const peer = server.connect();
    for (let n = 1; n <= 12; n++) await peer.publish('chat/a', n);
    await peer.publish('brief/a', 0);
    expect(values(await peer.history('chat/a'))).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(values(await peer.history('chat/a', { reverse: true, limit: 2 }))).toEqual([12, 11]);
    expect(await peer.history('brief/a')).toEqual([]);
  });

  it('gets what it was to get, and never what was for sessions of another time', async () => {
    const server = serve();
    const publisher = server.connect();
    const five = server.connect(testUser('5'));
    await publisher.publish('chat/a', 1, { users: ['5'] });
    await publisher.publish('chat/a', 2, { excludeUsers: ['5'] });
    await publisher.publish('chat/a', 3, { excludeRoles: ['anonymous'] });
    await publisher.publish('chat/a', 4, { eligible: [five.session.id] });
    await publisher.publish('chat/a', 5, { exclude: [five.session.id] });
    await publisher.publish('chat/a', 6, { exclude: [publisher.session.id] });
    expect(values(await five.history('chat/a'))).toEqual([1, 3, 6]);
    expect(values(await publisher.history('chat/a'))).toEqual([2]);
    expect(values(await server.connect().history('chat/a', { limit: 1, reverse: true }))).toEqual([6]);
  });

  it('is refused what the route refuses, and gets nothing of it by a pattern', async () => {
    const server = serve();
    const publisher = server.connect();
    for (const channel of ['own/5', 'own/6', 'sealed/a', 'guarded/a', 'chat/a'])
      await publisher.publish(channel, channel);
    const peer = server.connect(testUser('5'));
    await expect(peer.history('own/6')).rejects.toEqual(refusedWith('forbidden'));
    await expect(peer.history('sealed/a')).rejects.toEqual(refusedWith('forbidden'));
    await expect(peer.history('guarded/a')).rejects.toEqual(refusedWith('forbidden'));
    await expect(peer.history('nothing/like/it')).rejects.toEqual(refusedWith('no_such_route'));
    await expect(peer.history('a\u0000', {}, 'prefix')).rejects.toEqual(refusedWith('invalid_channel'));
    expect(values(await peer.history('', {}, 'prefix'))).toEqual(['own/5', 'chat/a']);
    expect(values(await peer.history('.', {}, 'wildcard'))).toEqual(['own/5', 'chat/a']);
  });

  it('reads that of a guarded channel while it is subscribed', async () => {
    const server = serve();
    const peer = server.connect();
    await peer.subscribe('guarded/a');
    await peer.publish('guarded/a', 1);
    expect(values(await peer.history('guarded/a'))).toEqual([1]);
    await peer.unsubscribe('guarded/a');
    await expect(peer.history('guarded/a')).rejects.toEqual(refusedWith('forbidden'));
  });

  it('gets at most 1,000 at once, and the rest from there', async () => {
    const server = new TestServer({
      routes: [testRoute('chat', 'chat/{room}', { history: { size: 1500, ttl: undefined } })],
      handlers: { chat: broadcast },
    });
    const peer = server.connect();
    for (let n = 0; n < 1500; n++) await peer.publish('chat/a', n);
    const page = await peer.history('chat/a', { limit: 5000 });
    expect(page).toHaveLength(1000);
    const rest = await peer.history('chat/a', { afterPublication: page.at(-1)?.id });
    expect(values([...page, ...rest])).toEqual(Array.from({ length: 1500 }, (_, n) => n));
  });
});

it('the history of a channel is for those whom its handler would let subscribe, whatever the route says', async () => {
  const server = serve();
  const shop = server.connect(testBackend('shop'));
  await shop.publish('private/5', 'secret');
  const read = (peer: ReturnType<typeof server.connect>) => peer.history('private/5').then(values);
  expect(await read(server.connect(testUser('5')))).toEqual(['secret']);
  expect(await read(shop)).toEqual(['secret']);
  for (const stranger of [server.connect(), server.connect(testUser('6'))]) {
    await expect(read(stranger)).rejects.toEqual(refusedWith('forbidden'));
    expect(values(await stranger.history('private.', {}, 'prefix'))).toEqual([]);
  }
});
