import { afterAll, beforeAll, describe } from 'vitest';
import { createLink } from '../../src/brokers/redis/create-link.js';
import { RedisBroker } from '../../src/brokers/redis/redis-broker.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { RedisCluster, RedisServer, redisInstalled } from '../support/redis-server.js';
import { type BrokerFixture, brokerContract } from './broker.js';

let installations = 0;

/** Nodes of an installation of their own on a service that others use, too. */
function nodesOn(address: string, count: number): BrokerFixture {
  const prefix = `sb${installations++}`;
  const links = Array.from({ length: count }, () =>
    createLink({ address, prefix, name: 'test', logger: NULL_LOGGER }),
  );
  const parts = { meter: NULL_METER, logger: NULL_LOGGER, limits: { retained: 10_000 } };
  const nodes = links.map((link) => new RedisBroker({ link, ...parts }));
  return {
    nodes,
    close: async () => {
      for (const link of links) link.close();
    },
  };
}

describe.skipIf(!redisInstalled)('on one server of Redis', () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await RedisServer.start()));
  afterAll(() => server.stop());

  brokerContract('RedisBroker, two nodes', () => nodesOn(server.url, 2));
  brokerContract('RedisBroker, three nodes', () => nodesOn(server.url, 3));
});

describe.skipIf(!redisInstalled)('on a Redis Cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => void (cluster = await RedisCluster.start()));
  afterAll(() => cluster.stop());

  brokerContract('RedisBroker, two nodes', () => nodesOn(cluster.url, 2));
});
