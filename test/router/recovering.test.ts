import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Broker } from '../../src/core/broker.js';
import { DISCONNECT } from '../../src/core/errors.js';
import { writePosition } from '../../src/core/position.js';
import type { HistoryPolicy } from '../../src/core/route.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, type TestServerOptions, testRoute, testUser } from '../../src/testing.js';
import { BroadcastTopic } from '../../topics/broadcast.js';
import { ResumingPeer } from './resuming-peer.js';
import { SlowBroker } from './slow-broker.js';

const ROOM = 'chat/a';
const history: HistoryPolicy = { size: 10, ttl: undefined };
const queue = { durable: false, size: 9, ttl: undefined, attempts: 9, deadLetter: undefined, prefetch: 1 };
const broadcast = new BroadcastTopic() as TopicHandler;

function serve(
  more: Parameters<typeof testRoute>[2] = { history },
  options: Partial<TestServerOptions> = {},
  handler = broadcast,
) {
  const server = new TestServer({
    routes: [testRoute('chat', 'chat/{room}', more)],
    handlers: { chat: handler },
    ...options,
  });
  const publisher = server.connect(testUser('publisher'));
  const publish = async (...payloads: readonly unknown[]) => {
    for (const payload of payloads) await publisher.publish(ROOM, payload);
  };
  const peer = (id = '1') => new ResumingPeer(server, ROOM, testUser(id));
  return { server, publisher, publish, peer };
}

/** A broker that does nothing until it is told to go on with one of the things that it was asked. */
function slowly() {
  const waiting: { readonly what: string; readonly go: () => void }[] = [];
  const broker = new SlowBroker(
    (what) => new Promise((go) => waiting.push({ what, go: () => go(undefined) })),
  );
  /** Goes on with the first thing of each name, in this order. */
  const go = async (...names: readonly string[]) => {
    for (const name of names) {
      await sleep(0);
      const at = waiting.findIndex(({ what }) => what === name);
      if (at === -1) throw new Error(`nothing waits for ${name}: ${waiting.map(({ what }) => what)}`);
      waiting.splice(at, 1)[0]?.go();
      await sleep(0);
    }
  };
  return { broker, go };
}

const refusedWith = (code: string) => expect.objectContaining({ code });

describe('who comes back', () => {
  it('gets what it missed, in order and once, and then what is published', async () => {
    const { publish, peer } = serve();
    const one = peer();
    await one.subscribe();
    await publish(1, 2);
    await one.leave();
    await publish(3, 4);
    await one.subscribe();
    await publish(5);
    expect(one.received).toEqual([1, 2, 3, 4, 5]);
    expect(one.starts).toMatchObject([
      { recovered: undefined, position: { offset: 0 } },
      { recovered: true },
    ]);
    expect(one.faults).toEqual([]);
  });

  it('gets what was first published on a channel that nobody else heard', async () => {
    const { publish, peer } = serve();
    const one = peer();
    await one.subscribe();
    await one.leave();
    await publish(1);
    await one.subscribe();
    expect([one.received, one.starts.at(-1)?.recovered]).toEqual([[1], true]);
  });

  it('is told where it begins when what it missed is not known any more, and gets nothing of it', async () => {
    const { publish, peer } = serve({ history: { size: 2, ttl: undefined } });
    const one = peer();
    await one.subscribe();
    await one.leave();
    await publish(1, 2, 3);
    await one.subscribe();
    await publish(4);
    expect(one.received).toEqual([4]);
    expect(one.starts.at(-1)).toMatchObject({ recovered: false, position: { offset: 3 } });
    expect(one.faults).toEqual([]);
  });

  it.each([
    ['more publications than limits.recovery', { recovery: 2 }],
    ['more octets than half of limits.buffer', { buffer: 50 }],
  ])('is not given %s', async (_, limits) => {
    const { publish, peer } = serve({ history }, { limits });
    const one = peer();
    await one.subscribe();
    await one.leave();
    await publish('a long text', 'another one', 'and one more');
    await one.subscribe();
    expect([one.received, one.starts.at(-1)?.recovered]).toEqual([[], false]);
  });

  it('gets nothing of what was for others, which is no gap', async () => {
    const { publisher, publish, peer } = serve();
    const one = peer();
    await one.subscribe();
    await one.leave();
    await publish(1);
    await publisher.publish(ROOM, 'secret', { users: ['2'] });
    await publisher.publish(ROOM, 'not for one', { excludeUsers: ['1'] });
    await publisher.publish(ROOM, 'for one', { users: ['1'] });
    await one.subscribe();
    expect([one.received, one.starts.at(-1)?.recovered]).toEqual([[1, 'for one'], true]);
  });

  it('is not recovered on a route without a history, and not asked about it on a queue', async () => {
    const since = { epoch: 'e', offset: 1, token: 't' };
    const plain = serve({}).peer();
    await plain.subscribe({ since });
    expect(plain.starts).toEqual([{ position: undefined, recovered: false }]);
    const consumer = serve({ queue }).peer();
    await consumer.subscribe({ since });
    expect(consumer.starts).toEqual([{ position: undefined, recovered: undefined }]);
  });

  it('is counted, with what became of it', async () => {
    const counted: unknown[] = [];
    const meter = { count: (name: string, labels?: object) => void counted.push([name, labels]) };
    const { peer } = serve({ history }, { meter });
    const one = peer();
    await one.subscribe();
    await one.leave();
    await one.subscribe();
    await one.leave();
    await one.subscribe({ since: { epoch: 'other', offset: 1, token: 't' } });
    expect(counted).toEqual([
      ['signalbox_recoveries_total', { recovered: 'true' }],
      ['signalbox_recoveries_total', { recovered: 'false' }],
    ]);
  });
});

describe('a channel with replay', () => {
  it('gives a newcomer the newest, and who comes back what it missed alone', async () => {
    const { publish, peer } = serve({ history, replay: 1 });
    const [one, two] = [peer(), peer()];
    await publish(1, 2);
    await one.subscribe();
    await one.leave();
    await publish(3, 4);
    await one.subscribe();
    await two.subscribe();
    expect([one.received, two.received]).toEqual([[2, 3, 4], [4]]);
    expect([...one.faults, ...two.faults]).toEqual([]);
  });

  it('names no place to who may not get what is replayed, lest it comes back after it', async () => {
    const { publish, peer } = serve({ history: { size: 1, ttl: undefined }, replay: 1 });
    await publish('the newest value');
    const one = peer();
    await one.subscribe();
    expect(one.starts).toEqual([{ position: undefined, recovered: undefined }]);
    const lost = { epoch: 'other', offset: 1, token: 't' };
    const two = peer();
    await two.subscribe({ since: lost });
    expect(two.starts).toEqual([{ position: undefined, recovered: false }]);
    expect([one.received, two.received]).toEqual([['the newest value'], ['the newest value']]);
  });

  it('replays no more than a connection can hold, but the newest always', async () => {
    const { publish, peer } = serve({ history, replay: 5 }, { limits: { buffer: 60 } });
    await publish('x'.repeat(10), 'y'.repeat(10), 'z'.repeat(10));
    const one = peer();
    await one.subscribe();
    expect(one.received).toEqual(['y'.repeat(10), 'z'.repeat(10)]);
    await publish('w'.repeat(100));
    const two = peer();
    await two.subscribe();
    expect(two.received).toEqual(['w'.repeat(100)]);
  });
});

describe('a broker that answers late', () => {
  const since = async (
    { broker, go }: ReturnType<typeof slowly>,
    { publish, peer }: ReturnType<typeof serve>,
  ) => {
    const one = peer();
    const joining = one.subscribe();
    await go('subscribe', 'subscribed');
    await joining;
    await one.leave();
    await go('unsubscribe');
    const published = publish(1);
    await go('publish');
    await published;
    return { one, broker };
  };

  it('may be read before or after something is published: it comes once, and in its place', async () => {
    for (const order of [
      ['publish', 'deliver', 'recover', 'recovered'],
      ['recover', 'publish', 'deliver', 'recovered'],
      ['recover', 'publish', 'recovered', 'deliver'],
      ['publish', 'recover', 'recovered', 'deliver'],
      ['recover', 'recovered', 'publish', 'deliver'],
    ]) {
      const slow = slowly();
      const scene = serve({ history }, { broker: slow.broker });
      const { one } = await since(slow, scene);
      const joining = one.subscribe();
      await slow.go('subscribe', 'subscribed');
      const published = scene.publish(2);
      await slow.go(...order);
      await Promise.all([joining, published]);
      expect([order, one.received, one.starts.at(-1)?.recovered]).toEqual([order, [1, 2], true]);
      expect(one.faults).toEqual([]);
    }
  });

  it('may be ahead of the node: who has read further waits until the node is there', async () => {
    const slow = slowly();
    const scene = serve({ history }, { broker: slow.broker });
    const { one } = await since(slow, scene);
    let isIn = false;
    const joining = one.subscribe().then(() => (isIn = true));
    await slow.go('subscribe', 'subscribed');
    const published = scene.publish(2, 3);
    await slow.go('publish', 'publish', 'recover', 'recovered', 'deliver');
    expect(isIn).toBe(false);
    await slow.go('deliver');
    await Promise.all([joining, published]);
    expect(one.received).toEqual([1, 2, 3]);
    expect(one.faults).toEqual([]);
  });

  it('may leave the node too far behind: the subscription is refused, and nothing is left of it', async () => {
    const slow = slowly();
    const scene = serve({ history }, { broker: slow.broker, limits: { handlerTimeout: 20 } });
    const { one } = await since(slow, scene);
    const joining = one.subscribe();
    joining.catch(() => undefined);
    await slow.go('subscribe', 'subscribed');
    const published = scene.publish(2);
    await slow.go('publish', 'recover', 'recovered');
    await published;
    await expect(joining).rejects.toEqual(refusedWith('unavailable'));
    expect(scene.server.router.topics.size).toBe(0);
    expect(one.starts).toHaveLength(1);
  });

  it('may lose something meanwhile: who comes back is told so, who is there is sent away', async () => {
    const slow = slowly();
    const scene = serve({ history }, { broker: slow.broker });
    const { one } = await since(slow, scene);
    const there = scene.peer();
    const entering = there.subscribe();
    await slow.go('subscribe', 'subscribed');
    await entering.catch(() => undefined);
    const joining = one.subscribe();
    await slow.go('recover');
    slow.broker.lose(ROOM, 'epoch');
    await slow.go('recovered', 'recover', 'recovered');
    await joining;
    expect(there.ends).toEqual([DISCONNECT.insufficientState]);
    expect(one.starts.at(-1)).toEqual({ position: slow.broker.top(ROOM), recovered: false });
    expect([one.received, one.faults]).toEqual([[], []]);
  });

  it('that loses something again and again has the subscription refused', async () => {
    const slow = slowly();
    const scene = serve({ history }, { broker: slow.broker });
    const { one } = await since(slow, scene);
    const joining = one.subscribe();
    joining.catch(() => undefined);
    await slow.go('subscribe', 'subscribed');
    for (let time = 0; time < 3; time++) {
      await slow.go('recover');
      slow.broker.lose(ROOM, 'epoch');
      await slow.go('recovered');
    }
    await expect(joining).rejects.toEqual(refusedWith('unavailable'));
    expect(scene.server.router.topics.size).toBe(0);
  });

  it('replays what was kept when it was read, and what came meanwhile', async () => {
    const slow = slowly();
    const scene = serve({ history, replay: 2 }, { broker: slow.broker });
    const published = scene.publish(1);
    await slow.go('publish');
    await published;
    const one = scene.peer();
    const joining = one.subscribe();
    await slow.go('subscribe', 'subscribed');
    const more = scene.publish(2, 3);
    await slow.go('publish', 'read', 'publish', 'deliver', 'history', 'deliver');
    await Promise.all([joining, more]);
    expect(one.received).toEqual([1, 2, 3]);
    expect(one.faults).toEqual([]);
  });

  it('joins nobody who has gone while it was read, and holds nothing for them', async () => {
    const slow = slowly();
    const scene = serve({ history }, { broker: slow.broker });
    const { one } = await since(slow, scene);
    const joining = one.subscribe();
    joining.catch(() => undefined);
    await slow.go('subscribe', 'subscribed', 'recover');
    await one.leave();
    await slow.go('recovered');
    await expect(joining).rejects.toEqual(refusedWith('unavailable'));
    expect([one.received, scene.server.router.topics.size]).toEqual([[], 0]);
  });

  it('lets nobody in who may not subscribe any more when it answers', async () => {
    const slow = slowly();
    const scene = serve({ history, access: { subscribe: ['user'] } }, { broker: slow.broker });
    const { one } = await since(slow, scene);
    const joining = one.subscribe();
    joining.catch(() => undefined);
    await slow.go('subscribe', 'subscribed', 'recover');
    one.session?.become({ kind: 'anonymous', roles: [], organizations: [], claims: {} });
    await slow.go('recovered');
    await expect(joining).rejects.toEqual(refusedWith('forbidden'));
    expect([one.received, scene.server.router.topics.size]).toEqual([[], 0]);
  });

  it('that cannot be read refuses the subscription', async () => {
    const broker: Broker = new SlowBroker(async (what) => {
      if (what === 'recover') throw Object.assign(new Error('no link'), {});
    });
    const { server, peer } = serve({ history }, { broker });
    const one = peer();
    await expect(one.subscribe({ since: { epoch: 'e', offset: 1, token: 't' } })).rejects.toEqual(
      refusedWith('handler_failed'),
    );
    expect(server.router.topics.size).toBe(0);
  });
});

it('writes what it gives out as one text', () => {
  expect(writePosition({ epoch: 'e', offset: 7, token: 't' })).toBe('e.7.t');
});
