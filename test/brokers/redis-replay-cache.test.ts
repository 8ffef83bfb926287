import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { RedisReplayCache } from '../../src/brokers/index.js';
import { createLink } from '../../src/brokers/redis/create-link.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { replayCacheContract } from '../contracts/replay-cache.js';
import { RedisCluster, RedisServer, redisInstalled } from '../support/redis-server.js';

let prefixes = 0;

describe.skipIf(!redisInstalled)('used tickets on Redis', () => {
  const servers: { server?: RedisServer; cluster?: RedisCluster } = {};
  beforeAll(async () => {
    servers.server = await RedisServer.start();
    servers.cluster = await RedisCluster.start();
  });
  afterAll(async () => {
    await servers.server?.stop();
    await servers.cluster?.stop();
  });

  async function open(address: string, prefix = `t${++prefixes}`) {
    const link = createLink({ address, prefix, name: 'test', logger: NULL_LOGGER });
    await link.start();
    return { link, cache: new RedisReplayCache(link) };
  }

  for (const [name, kind] of [
    ['one server', 'server'],
    ['a Redis Cluster', 'cluster'],
  ] as const) {
    replayCacheContract(`two nodes on ${name}`, async () => {
      const prefix = `t${++prefixes}`;
      const nodes = [
        await open(servers[kind]?.url ?? '', prefix),
        await open(servers[kind]?.url ?? '', prefix),
      ];
      return {
        nodes: nodes.map(({ cache }) => cache),
        async close() {
          for (const { link } of nodes) link.close();
        },
      };
    });
  }

  it('are not known while Redis is away, so that nobody is let in', async () => {
    const server = await RedisServer.start();
    onTestFinished(() => server.stop());
    const { link, cache } = await open(server.url);
    onTestFinished(() => link.close());
    expect(await cache.claim('a', Date.now() + 60_000)).toBe(true);
    await server.kill();
    await expect(cache.claim('b', Date.now() + 60_000)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('are refused where Redis has no room for them', async () => {
    const server = await RedisServer.start('--maxmemory', '1', '--maxmemory-policy', 'noeviction');
    onTestFinished(() => server.stop());
    const { link, cache } = await open(server.url);
    onTestFinished(() => link.close());
    await expect(cache.claim('a', Date.now() + 60_000)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
