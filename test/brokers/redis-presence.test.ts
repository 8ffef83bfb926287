import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { RedisPresence } from '../../src/brokers/index.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import type { PresenceChange } from '../../src/core/presence.js';
import { member, presenceStoreContract } from '../contracts/presence-store.js';
import { begin, openNode } from '../support/redis-nodes.js';
import { RedisServer, RedisCluster as RedisServers, redisInstalled } from '../support/redis-server.js';
import { eventually, until } from '../support/until.js';

let prefixes = 0;

describe.skipIf(!redisInstalled)('presence on Redis', () => {
  const servers: { server?: RedisServer; cluster?: RedisServers } = {};
  beforeAll(async () => {
    servers.server = await RedisServer.start();
    servers.cluster = await RedisServers.start();
  });
  afterAll(async () => {
    await servers.server?.stop();
    await servers.cluster?.stop();
  });

  async function open(address: string, count: number) {
    const prefix = `t${++prefixes}`;
    const nodes = Array.from({ length: count }, () => {
      const node = openNode(address, prefix);
      const store = new RedisPresence({ link: node.link, nodes: node.nodes, logger: NULL_LOGGER });
      return { ...node, store };
    });
    for (const node of nodes) await begin(node);
    return { nodes, prefix };
  }

  for (const [name, kind] of [
    ['one server', 'server'],
    ['a Redis Cluster', 'cluster'],
  ] as const) {
    presenceStoreContract(`two nodes on ${name}`, async () => {
      const { nodes } = await open(servers[kind]?.url ?? '', 2);
      return {
        nodes: nodes.map(({ store }) => store),
        kill: async (node) => nodes[node]?.link.close(),
        async close() {
          for (const { cluster, link } of nodes) {
            await cluster.close();
            link.close();
          }
        },
      };
    });
  }

  async function world(server: RedisServer) {
    const { nodes, prefix } = await open(server.url, 2);
    const changes: string[] = [];
    const missed: string[] = [];
    for (const { store } of nodes.slice(1)) {
      const changed = (change: PresenceChange) =>
        void changes.push(`${change.type} ${change.member.session}`);
      store.start(changed, (channel) => void missed.push(channel));
    }
    onTestFinished(async () => {
      for (const { cluster, link } of nodes) {
        await cluster.close();
        link.close();
      }
    });
    const [one, two] = nodes;
    if (one === undefined || two === undefined) throw new Error('there are two');
    return { one, two, changes, missed, prefix };
  }

  it('is there again after Redis has lost it, and who watches is told to look', async () => {
    const server = await RedisServer.start();
    onTestFinished(() => server.stop());
    const { one, two, missed } = await world(server);
    await two.store.watch('a');
    await one.store.join('a', member(1));
    await one.store.join('a', member(2));
    await one.store.join('b', member(4));
    await server.kill();
    await one.store.join('a', member(3));
    await one.store.leave('a', '1');
    await server.restart();
    await until(() => missed.length > 0);
    await eventually(async () => {
      const { members, users } = await two.store.present('a', 10);
      expect([members.map(({ session }) => session), users]).toEqual([['2', '3'], 2]);
      expect(await two.store.present('b', 0)).toMatchObject({ sessions: 1, users: 1 });
    });
  });

  it('outlives that a node is taken for dead, and nobody has left or joined', async () => {
    const { one, two, changes, prefix } = await world(servers.server as RedisServer);
    await two.store.watch('a');
    await one.store.join('a', member(1, 'x'));
    await one.store.join('a', member(2, 'x'));
    const { lease } = one.nodes;
    await servers.server?.cli('HDEL', `${prefix}:nodes:`, lease);
    await until(() => one.nodes.lease !== lease);
    await one.store.join('a', member(3));
    await until(() => changes.includes('join 3'));
    expect(changes).toEqual(['join 1', 'join 2', 'join 3']);
    expect(await two.store.present('a', 10)).toMatchObject({ sessions: 3, users: 2 });
  });

  it('leaves nothing behind in Redis', async () => {
    const { one, two, prefix } = await world(servers.server as RedisServer);
    for (let n = 0; n < 10; n++) await one.store.join(`c${n}`, member(n));
    await two.store.join('c1', member(100));
    for (let n = 0; n < 5; n++) await one.store.leave(`c${n}`, String(n));
    await one.store.close();
    await two.store.close();
    const keys = await servers.server?.cli('--scan', '--pattern', `${prefix}:*`);
    expect(keys?.split('\n').filter((key) => !/:(nodes|graves|ctl|revoked):$/.test(key))).toEqual([]);
  });
});
