import { beforeEach, describe, expect, it } from 'vitest';
import { testUser } from '../../../src/testing.js';
import { type Client, refusal, World } from './world.js';

let world: World;

beforeEach(() => {
  world = new World();
});

const id = expect.any(Number);
const position = expect.stringMatching(/^[0-9a-z]+\.\d+\.[0-9a-z]+$/);
const started = (news: readonly (readonly unknown[])[]) => news[0]?.[3] as { _position: string };
const events = (news: readonly (readonly unknown[])[]) =>
  news
    .filter(([type]) => type === 36)
    .map(([, , , details, args]) => ({ details: details as Readonly<Record<string, unknown>>, args }));

async function publish(...values: readonly unknown[]): Promise<void> {
  const publisher = await world.join(testUser('publisher'));
  for (const value of values) publisher.send([16, 1, {}, 'news.a', [value]]);
  await publisher.news();
}

/** Subscribes, and gives the fourth element of SUBSCRIBED. */
async function subscribe(client: Client, _recover: unknown, topic = 'news.a') {
  return started(await client.ask([32, 1, { _recover }, topic]));
}

describe('a WAMP v2 subscriber with _recover', () => {
  it('is told where it is, gets what it missed when it comes back, and then what is published', async () => {
    const before = await world.join();
    const { _position } = await subscribe(before, true);
    await publish('one');
    const [event] = events(await before.news());
    expect(event).toEqual({ details: { _position: position }, args: ['one'] });
    before.drop();
    await publish('two', 'three');
    const after = await world.join();
    const news = await after.ask([32, 1, { _recover: event?.details['_position'] }, 'news.a']);
    expect(news[0]).toEqual([33, 1, id, { _position: position, _recovered: true }]);
    expect(events(news).map(({ args }) => args)).toEqual([['two'], ['three']]);
    await publish('four');
    expect(events(await after.news())).toEqual([{ details: { _position: position }, args: ['four'] }]);
    const from = await world.join();
    expect(
      events(await from.ask([32, 1, { _recover: _position }, 'news.a'])).map(({ args }) => args),
    ).toEqual([['one'], ['two'], ['three'], ['four']]);
  });

  it('is told that what it missed is not known, and where it begins', async () => {
    await publish('one');
    const client = await world.join();
    const news = await client.ask([32, 1, { _recover: 'another.1.history' }, 'news.a']);
    expect(news).toEqual([[33, 1, id, { _position: position, _recovered: false }]]);
  });

  it('hears nothing of positions if it has not asked, beside one that has', async () => {
    const [plain, asking, packed] = [
      await world.join(),
      await world.join(),
      await world.join(testUser('5'), { subprotocol: 'wamp.2.msgpack' }),
    ];
    expect(await plain.ask([32, 1, {}, 'news.a'])).toEqual([[33, 1, id]]);
    expect(await plain.ask([32, 1, { _recover: false }, 'news.a'])).toEqual([[33, 1, id]]);
    await subscribe(asking, true);
    await subscribe(packed, true);
    await publish('one');
    expect(events(await plain.news())).toEqual([{ details: {}, args: ['one'] }]);
    for (const client of [asking, packed])
      expect(events(await client.news())).toEqual([{ details: { _position: position }, args: ['one'] }]);
  });

  it('has no position on a channel without a history', async () => {
    const client = await world.join();
    expect(await client.ask([32, 1, { _recover: true }, 'chat.a'])).toEqual([[33, 1, id, {}]]);
    const other = await world.join();
    expect(await other.ask([32, 1, { _recover: 'a.1.b' }, 'chat.a'])).toEqual([
      [33, 1, id, { _recovered: false }],
    ]);
    (await world.join()).send([16, 1, {}, 'chat.a', ['x']]);
    expect(events(await client.news())).toEqual([{ details: {}, args: ['x'] }]);
  });

  it('is told the positions of channels of a pattern, and may not come back to one', async () => {
    const client = await world.join();
    await client.ask([32, 1, { match: 'prefix', _recover: true }, 'news.']);
    await publish('one');
    expect(events(await client.news())).toEqual([
      { details: { topic: 'news.a', _position: position }, args: ['one'] },
    ]);
    expect(await client.ask([32, 2, { match: 'prefix', _recover: 'a.1.b' }, 'news.x'])).toEqual([
      refusal(32, 2, 'wamp.error.invalid_argument'),
    ]);
  });

  it.each(['', 'a.b', 'a.-1.b', 'a.1.b.c', 'a.01.b', `a.1.${'b'.repeat(33)}`, 'ä.1.b'])(
    'is refused the position %j',
    async (_recover) => {
      const client = await world.join();
      expect(await client.ask([32, 1, { _recover }, 'news.a'])).toEqual([
        refusal(32, 1, 'wamp.error.invalid_argument'),
      ]);
      expect(client.connection.ended).toBeUndefined();
    },
  );

  it('is against the protocol where it is neither a boolean nor a text', async () => {
    const client = await world.join();
    await client.ask([32, 1, { _recover: 5 }, 'news.a']);
    expect(world.malformed).toEqual(['SUBSCRIBE.Options._recover must be a boolean or a string']);
  });

  it('is told nothing new where it still is', async () => {
    const client = await world.join();
    const { _position } = await subscribe(client, true);
    expect(await client.ask([32, 2, { _recover: true }, 'news.a'])).toEqual([[33, 2, id, {}]]);
    expect(await client.ask([32, 3, { _recover: _position }, 'news.a'])).toMatchObject([
      [33, 3, 1, { _recovered: false }],
    ]);
    const plain = await world.join();
    await plain.subscribe('news.a');
    expect(await plain.ask([32, 4, { _recover: true }, 'news.a'])).toEqual([[33, 4, id]]);
  });

  it('reads positions in the event history, and may come back to one', async () => {
    await publish('one', 'two');
    const client = await world.join();
    const subscription = await client.subscribe('news.a');
    const [, , , [all]] = (await client.call('wamp.subscription.get_events', [subscription])) as [
      unknown,
      unknown,
      unknown,
      [{ _position: string }[]],
    ];
    expect(all).toMatchObject([{ _position: position }, { _position: position }]);
    const other = await world.join();
    const news = await other.ask([32, 1, { _recover: all[0]?._position }, 'news.a']);
    expect(events(news).map(({ args }) => args)).toEqual([['two']]);
  });
});

describe('a WAMP v2 publisher', () => {
  const publishOnce = async (client: Client, options: object, value = 'x') =>
    (await client.ask([16, 1, { acknowledge: true, _position: true, ...options }, 'news.a', [value]]))[0];

  it('publishes once under one key, of its own, and is told what came of it', async () => {
    const [one, again, other] = [await world.join(), await world.join(), await world.join(testUser('6'))];
    const first = await publishOnce(one, { _key: 'k' });
    expect(first).toEqual([17, 1, id, { _offset: 1, _epoch: expect.any(String) }]);
    expect(await publishOnce(again, { _key: 'k' })).toEqual([
      17,
      1,
      first?.[2],
      { ...(first?.[3] as object), _outcome: 'duplicate' },
    ]);
    expect((await publishOnce(other, { _key: 'k' }))?.[3]).toMatchObject({ _offset: 2 });
    expect(await one.ask([16, 2, { acknowledge: true }, 'news.a', ['x']])).toEqual([[17, 2, id]]);
  });

  it('publishes no version that is not newer than before', async () => {
    const client = await world.join();
    await publishOnce(client, { _version: 5 });
    expect((await publishOnce(client, { _version: 5 }))?.[3]).toMatchObject({
      _offset: 1,
      _outcome: 'superseded',
    });
    expect((await publishOnce(client, { _version: 6 }))?.[3]).not.toHaveProperty('_outcome');
  });

  it.each([{ _key: '' }, { _key: 'k'.repeat(256) }, { _version: 0 }])('is refused %j', async (options) => {
    const client = await world.join();
    expect(await publishOnce(client, options)).toEqual(refusal(16, 1, 'wamp.error.invalid_argument'));
    expect(client.connection.ended).toBeUndefined();
  });
});
