import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TcpProxy } from '../../faults/tcp-proxy.js';
import { createLink } from '../../src/brokers/redis/create-link.js';
import type { RedisLink } from '../../src/brokers/redis/link.js';
import { RedisBroker } from '../../src/brokers/redis/redis-broker.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { Payload } from '../../src/core/payload.js';
import type { Publication } from '../../src/core/publication.js';
import { RedisServer, redisInstalled } from '../support/redis-server.js';
import { until } from '../support/until.js';

const HISTORY = { size: 5000, ttl: 60_000 };
const CHANNELS = ['a', 'b', 'c'];

/** A node, and what it heard: ids by channel, or that some of it is lost. */
interface Node {
  readonly link: RedisLink;
  readonly broker: RedisBroker;
  readonly heard: Map<string, string[]>;
  readonly counted: string[];
}

const LOST = 'lost';

describe.skipIf(!redisInstalled)('nodes on Redis', () => {
  let redis: RedisServer;
  let proxy: TcpProxy;
  let nodes: readonly Node[];
  let accepted: Map<string, string[]>;
  let refused = 0;

  const begin = async (...options: readonly string[]) => {
    redis = await RedisServer.start(...options);
    proxy = await TcpProxy.start(redis.port);
    // The second one alone is behind what can be cut.
    nodes = [await createNode(redis.port), await createNode(proxy.port)];
    refused = 0;
    accepted = new Map(CHANNELS.map((channel) => [channel, []]));
    for (const { broker } of nodes)
      await Promise.all(CHANNELS.map((channel) => broker.subscribe(channel, HISTORY)));
  };
  beforeEach(() => void (nodes = []));
  afterEach(async () => {
    for (const { broker, link } of nodes) {
      broker.close();
      link.close();
    }
    await proxy.stop();
    await redis.stop();
  });

  /** Publishes on all channels until it is told to stop, and tries again what is refused. */
  const publishing = () => {
    let isOver = false;
    const work = nodes.flatMap(({ broker }, n) =>
      CHANNELS.map(async (channel) => {
        for (let i = 1; !isOver; i++) {
          await publishOnce(broker, channel, String(i * 10 + n + 1));
          // Less than the history holds.
          await sleep(4);
        }
      }),
    );
    return async () => {
      isOver = true;
      await Promise.all(work);
    };
  };
  const publishOnce = async (broker: RedisBroker, channel: string, id: string) => {
    for (;;) {
      try {
        await broker.publish(publication(channel, id), { retain: false, history: HISTORY, key: id });
        accepted.get(channel)?.push(id);
        return;
      } catch {
        refused++;
        await sleep(20);
      }
    }
  };
  /** Resolves when some more have been accepted on each channel. */
  const goesOn = async (more = 10) => {
    const goals = CHANNELS.map((channel) => [channel, (accepted.get(channel)?.length ?? 0) + more] as const);
    await until(() => goals.every(([channel, goal]) => (accepted.get(channel)?.length ?? 0) >= goal));
  };
  const allCaughtUp = async () => {
    await until(() => nodes.every(({ broker }) => broker.health.ready));
    const isThere = (channel: string, { heard }: Node) => heard.get(channel)?.includes('9999999') === true;
    for (const channel of CHANNELS) await publishOnce((nodes[0] as Node).broker, channel, '9999999');
    await until(() => nodes.every((node) => CHANNELS.every((channel) => isThere(channel, node))));
  };
  const expectEverything = () => {
    for (const { heard } of nodes)
      for (const channel of CHANNELS) {
        const ids = heard.get(channel) ?? [];
        expect(ids).not.toContain(LOST);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toEqual(nodes[0]?.heard.get(channel));
        expect([...ids].sort()).toEqual([...(accepted.get(channel) ?? [])].sort());
      }
  };

  it('lose nothing when the link of one is cut, and its subscribers do not notice', async () => {
    await begin();
    const stop = publishing();
    for (let time = 0; time < 3; time++) {
      await goesOn();
      proxy.cut();
      await until(() => nodes[1]?.broker.health.ready === false);
      await goesOn();
      proxy.heal();
      await until(() => nodes[1]?.broker.health.ready);
    }
    await stop();
    await allCaughtUp();
    expectEverything();
  });

  it('lose nothing when the link of one says nothing for a while', async () => {
    await begin();
    const stop = publishing();
    await goesOn();
    proxy.stall();
    // A link that says nothing is given up after some eight seconds.
    await vi.waitUntil(() => nodes[1]?.broker.health.ready === false, { timeout: 40_000, interval: 5 });
    proxy.heal();
    await stop();
    await allCaughtUp();
    expectEverything();
  });

  it('lose nothing when Redis stands still', async () => {
    await begin();
    const stop = publishing();
    await goesOn();
    redis.signal('SIGSTOP');
    await until(() => refused > 0);
    redis.signal('SIGCONT');
    await stop();
    await allCaughtUp();
    expectEverything();
  });

  it('lose nothing when Redis is killed and has written what it accepted', async () => {
    // With `everysec` Redis keeps what it accepted to itself while the disk is slow.
    await begin('--appendonly', 'yes', '--appendfsync', 'always');
    const stop = publishing();
    await goesOn();
    await redis.kill();
    await until(() => nodes.every(({ broker }) => broker.health.ready === false));
    await redis.restart();
    await stop();
    await allCaughtUp();
    expectEverything();
  });

  it('lose nothing that nobody is told of when Redis comes back with an older state', async () => {
    await begin();
    const stop = publishing();
    for (let time = 0; time < 3; time++) {
      await goesOn();
      await redis.save();
      await goesOn();
      await redis.restore();
      await until(() => nodes.every(({ broker }) => broker.health.ready));
    }
    await stop();
    await allCaughtUp();
    let told = 0;
    for (const { heard } of nodes)
      for (const channel of CHANNELS) {
        const ids = heard.get(channel) ?? [];
        const missing = (accepted.get(channel) ?? []).filter((id) => !ids.includes(id));
        if (ids.includes(LOST)) told++;
        else expect(missing).toEqual([]);
      }
    expect(told).toBeGreaterThan(0);
  });

  it('are told of a loss when they come back after an older state has got further than they had', async () => {
    await begin();
    const [here, away] = nodes as readonly [Node, Node];
    await publishOnce(here.broker, 'a', '1');
    await redis.save();
    for (const id of ['2', '3']) await publishOnce(here.broker, 'a', id);
    await until(() => away.heard.get('a')?.length === 3);
    proxy.cut();
    await redis.restore();
    await until(() => here.broker.health.ready);
    for (const id of ['4', '5', '6']) await publishOnce(here.broker, 'a', id);
    proxy.heal();
    await until(() => away.broker.health.ready);
    await publishOnce(here.broker, 'a', '7');
    await until(() => away.heard.get('a')?.includes('7'));
    expect(away.heard.get('a')).toEqual(['1', '2', '3', LOST, '7']);
  });

  it('tell a subscriber that comes back to an older state that it cannot recover', async () => {
    await begin();
    const { broker } = nodes[0] as Node;
    await publishOnce(broker, 'a', '1');
    await redis.save();
    for (const id of ['2', '3', '4']) await publishOnce(broker, 'a', id);
    const all = await broker.history({ match: 'exact', channel: 'a' });
    await redis.restore();
    await until(() => broker.health.ready);
    for (const id of ['5', '6', '7', '8']) await publishOnce(broker, 'a', id);
    const recovered = await Promise.all(
      all.map(({ position }) => position && broker.recover('a', position, 100)),
    );
    const ids = recovered.map((publications) => publications?.map(({ id }) => id));
    expect(ids).toEqual([['5', '6', '7', '8'], undefined, undefined, undefined]);
  });

  it('deliver to their own subscribers what is not kept while Redis is away, and keep nothing', async () => {
    await begin();
    const [node] = nodes as readonly [Node];
    await node.broker.subscribe('plain');
    await redis.kill();
    await until(() => !node.broker.health.ready);
    await node.broker.publish(publication('plain', '1'));
    expect(node.heard.get('plain')).toEqual(['1']);
    expect(node.counted).toContain('signalbox_degraded_publications_total');
    const refused = { code: 'unavailable' };
    for (const keeping of [
      { retain: true },
      { retain: false, key: 'k' },
      { retain: false, history: HISTORY },
    ])
      await expect(node.broker.publish(publication('plain', '2'), keeping)).rejects.toMatchObject(refused);
    await expect(node.broker.subscribe('new', HISTORY)).rejects.toMatchObject(refused);
    await node.broker.subscribe('new plain');
    await redis.restart();
    await until(() => nodes.every(({ broker }) => broker.health.ready));
    await node.broker.publish(publication('new plain', '3'));
    await until(() => node.heard.get('new plain')?.includes('3'));
  });
});

async function createNode(port: number): Promise<Node> {
  const address = `redis://127.0.0.1:${port}/0`;
  const link = createLink({ address, prefix: 'sb', name: 'test', logger: NULL_LOGGER, timeout: 500 });
  const heard = new Map<string, string[]>();
  const counted: string[] = [];
  const meter = { count: (name: string) => void counted.push(name) };
  const broker = new RedisBroker({ link, meter, logger: NULL_LOGGER, limits: { retained: 100 } });
  const hear = (channel: string, what: string) => {
    const list = heard.get(channel) ?? [];
    heard.set(channel, list);
    list.push(what);
  };
  await broker.start({
    deliver: ({ channel, id }) => hear(channel, id),
    lost: (channel) => hear(channel, LOST),
  });
  return { link, broker, heard, counted };
}

function publication(channel: string, id: string): Publication {
  return { id, channel, payload: Payload.of({ id }), time: Date.now(), audience: undefined };
}
