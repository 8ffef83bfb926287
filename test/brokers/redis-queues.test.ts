import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { RedisQueues } from '../../src/brokers/index.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { describeQueues, message, queuePolicy, TestConsumer } from '../contracts/queues.js';
import { begin, openNode } from '../support/redis-nodes.js';
import { RedisServer, RedisCluster as RedisServers, redisInstalled } from '../support/redis-server.js';
import { eventually, until } from '../support/until.js';

const limits = { queueMessages: 100_000, queueSize: 2 ** 28 };
let prefixes = 0;

describe.skipIf(!redisInstalled)('queues on Redis', () => {
  const servers: { server?: RedisServer; cluster?: RedisServers } = {};
  beforeAll(async () => {
    servers.server = await RedisServer.start();
    servers.cluster = await RedisServers.start();
  });
  afterAll(async () => {
    await servers.server?.stop();
    await servers.cluster?.stop();
  });

  async function open(address: string, prefix = `t${++prefixes}`, room = limits) {
    let now = 0;
    const node = openNode(address, prefix);
    const { link, nodes, cluster } = node;
    const parts = { link, nodes, limits: room, logger: NULL_LOGGER, meter: NULL_METER };
    const queues = new RedisQueues({ ...parts, clock: () => now });
    await begin(node);
    return {
      ...node,
      queues,
      advance: async (milliseconds: number) => void (now += milliseconds),
      /** Nothing changes any more. */
      async settled() {
        for (let same = 0, before = ''; same < 4; ) {
          await new Promise((resolve) => setTimeout(resolve, 15));
          await link.command('', ['PING']);
          const figures = JSON.stringify(queues.figures);
          same = figures === before ? same + 1 : 0;
          before = figures;
        }
      },
      async close() {
        await queues.close();
        await cluster.close();
        link.close();
      },
    };
  }

  describeQueues('a node on one server', () => open(servers.server?.url ?? ''), {}, { scale: 50 });
  describeQueues('a node on a Redis Cluster', () => open(servers.cluster?.url ?? ''), {}, { scale: 100 });

  async function two(room = limits) {
    const prefix = `t${++prefixes}`;
    const nodes = [await open(servers.server?.url ?? '', prefix, room)];
    nodes.push(await open(servers.server?.url ?? '', prefix, room));
    const buried: unknown[] = [];
    for (const { queues } of nodes)
      queues.start(({ publication, reason }) => void buried.push([publication.payload.value, reason]));
    onTestFinished(async () => {
      for (const node of nodes) await node.close();
    });
    const [one, other] = nodes;
    if (one === undefined || other === undefined) throw new Error('there are two');
    return { one, other, buried, prefix };
  }

  const policy = queuePolicy();
  const join = (queues: RedisQueues, prefetch?: number, special = policy) => {
    const consumer = new TestConsumer(prefetch);
    consumer.place = queues.consume('q', special, consumer);
    return consumer;
  };
  const send = async (queues: RedisQueues, ...texts: readonly string[]) => {
    for (const text of texts) await queues.enqueue(message(text), policy);
  };

  it('give each message to one consumer, on whatever node', async () => {
    const { one, other } = await two();
    const consumers = [join(one.queues), join(other.queues)];
    const texts = Array.from({ length: 200 }, (_, n) => String(n));
    await send(one.queues, ...texts);
    await until(() => consumers.reduce((sum, { given }) => sum + given.length, 0) === texts.length);
    const all = consumers.flatMap((consumer) => consumer.texts);
    expect(all.sort()).toEqual([...texts].sort());
  });

  it('give what a consumer leaves to one on another node, in the old order and marked', async () => {
    const { one, other } = await two();
    const gone = join(one.queues);
    await send(other.queues, 'a', 'b', 'c');
    await until(() => gone.given.length === 3);
    await gone.given[1]?.acknowledge();
    const heir = join(other.queues);
    gone.place?.cancel();
    await until(() => heir.given.length === 2);
    expect(heir.texts).toEqual(['a', 'c']);
    expect(heir.given.map(({ redelivered, attempt }) => [redelivered, attempt])).toEqual([
      [true, 2],
      [true, 2],
    ]);
  });

  it('give what a dead node held to the living, and nothing that was acknowledged', async () => {
    const { one, other } = await two();
    const dead = join(one.queues);
    await send(other.queues, 'a', 'b', 'c');
    await until(() => dead.given.length === 3);
    await dead.given[0]?.acknowledge();
    one.link.close();
    const heir = join(other.queues);
    await until(() => heir.given.length === 2);
    expect(heir.texts).toEqual(['b', 'c']);
    for (const delivery of heir.given) await delivery.acknowledge();
    expect(other.queues.figures).toEqual({ queues: 0, messages: 0, unacknowledged: 0 });
  });

  it('take no answer of a node that was taken for dead for what another one holds now', async () => {
    const { one, other, prefix } = await two();
    const late = join(one.queues);
    await send(other.queues, 'a');
    await until(() => late.given.length === 1);
    late.takes = false;
    const heir = join(other.queues);
    await other.queues.bury(one.nodes.lease);
    await until(() => heir.given.length === 1);
    await late.given[0]?.acknowledge();
    expect(await servers.server?.cli('HLEN', `${prefix}:q:f:q`)).toBe('1');
    await heir.given[0]?.acknowledge();
    expect(other.queues.figures).toMatchObject({ messages: 0, unacknowledged: 0 });
  });

  it('bury what was given out often enough by nodes that died', async () => {
    const { one, other, buried } = await two();
    const poison = queuePolicy({ attempts: 1, deadLetter: 'dead' });
    await one.queues.enqueue(message('poison'), poison);
    const dead = join(one.queues, undefined, poison);
    await until(() => dead.given.length === 1);
    one.link.close();
    join(other.queues, undefined, poison);
    await until(() => buried.length === 1);
    expect(buried).toEqual([['poison', 'attempts']]);
    await eventually(() => expect(other.queues.figures.messages).toBe(0));
  });

  it('bury what expires where nobody consumes, once', async () => {
    const { one, other, buried } = await two();
    await one.queues.enqueue(message('late'), queuePolicy({ ttl: 10, deadLetter: 'dead' }));
    await one.advance(11);
    await other.advance(11);
    await until(() => buried.length > 0);
    await eventually(() => expect(one.queues.figures.messages + other.queues.figures.messages).toBe(0));
    expect(buried).toEqual([['late', 'expired']]);
  });

  it('hold so much together and no more', async () => {
    const { one, other } = await two({ queueMessages: 4, queueSize: 100_000 });
    await send(one.queues, 'a', 'b');
    await send(other.queues, 'c');
    const ofPeers = queuePolicy({ ofPeers: true });
    const guest = other.queues.enqueue(message('guest', { channel: 'g' }), ofPeers);
    await guest;
    await expect(send(one.queues, 'd')).rejects.toMatchObject({ limit: 'limits.queue_messages' });
    await one.queues.delete('q');
    await send(one.queues, 'a');
    const more = one.queues.enqueue(message('more', { channel: 'g2' }), ofPeers);
    await expect(more).rejects.toMatchObject({ code: 'limit_exceeded' });
  });

  it('say again what Redis could not be told', async () => {
    const server = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
    onTestFinished(() => server.stop());
    const node = await open(server.url);
    onTestFinished(() => node.close());
    const consumer = join(node.queues);
    await send(node.queues, 'a', 'b');
    await until(() => consumer.given.length === 2);
    await server.kill();
    await expect(consumer.given[0]?.acknowledge()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(send(node.queues, 'c')).rejects.toMatchObject({ code: 'unavailable' });
    await server.restart();
    await eventually(async () => expect(await server.cli('HLEN', `t${prefixes}:q:f:q`)).toBe('1'));
    await send(node.queues, 'd');
    await until(() => consumer.texts.includes('d'));
    expect(consumer.texts).toEqual(['a', 'b', 'd']);
  });

  it('get back what was given out with an answer that did not arrive', async () => {
    const { one, prefix } = await two();
    await send(one.queues, 'a');
    await servers.server?.cli('ZREM', `${prefix}:q:r:q`, '1');
    await servers.server?.cli('HSET', `${prefix}:q:h:q`, '1', one.nodes.lease);
    await servers.server?.cli('HSET', `${prefix}:q:a:q`, '1', '1 ');
    await servers.server?.cli('SADD', `${prefix}:q:l:${one.nodes.lease}`, '1 q');
    // An answer that is no list of messages breaks the reading as a lost one does.
    await servers.server?.cli('SET', `${prefix}:q:r:q2`, 'broken');
    const broken = new TestConsumer();
    one.queues.consume('q2', policy, broken);
    const consumer = join(one.queues);
    await until(() => consumer.given.length === 1);
    expect(consumer.given[0]).toMatchObject({ attempt: 1, redelivered: false });
  });
});
