import { setTimeout as sleep } from 'node:timers/promises';
import { RedisServer } from '../../test/support/redis-server.js';
import type { Scenario } from '../scenario.js';
import { TcpProxy } from '../tcp-proxy.js';

const REST_MS = 1000;
const GONE_MS = 3000;

export const redisPartition: Scenario = {
  name: 'redis-partition',
  title: 'one of three nodes loses its network to Redis for 3 seconds: it is cut, or it stalls',
  needs: 'redis',
  sizes: {
    small: { nodes: 3, subscribers: 30, channels: 2, publishers: 2, rate: 20, seconds: 6 },
    full: { nodes: 3, subscribers: 200, channels: 4, publishers: 4, rate: 25, seconds: 60 },
  },
  async run(trial) {
    const redis = trial.own(await RedisServer.start());
    const networks = await Promise.all(
      Array.from({ length: trial.scale.nodes }, async () => trial.own(await TcpProxy.start(redis.port))),
    );
    await trial.load({ broker: (node) => `redis://127.0.0.1:${networks[node]?.port}/0` });
    const { nodes, subscribers, random } = trial;
    let isStall = false;
    await trial.during(async () => {
      await sleep(REST_MS);
      const victim = random.below(nodes.count);
      const network = networks[victim];
      if (isStall) network?.stall();
      else network?.cut();
      trial.fault(isStall ? 'stalls of a link to Redis' : 'cuts of a link to Redis');
      isStall = !isStall;
      await sleep(GONE_MS);
      network?.heal();
      trial.healed(subscribers.filter(({ node }) => node === nodes.urls[victim]));
    });
    await sleep(REST_MS);
  },
};

export const redisFailover: Scenario = {
  name: 'redis-failover',
  title: 'Redis dies, and a replica that has not got the last half second takes its place',
  needs: 'redis',
  mayAnnounce: true,
  sizes: {
    small: { nodes: 3, subscribers: 30, channels: 2, publishers: 2, rate: 20, seconds: 3 },
    full: { nodes: 3, subscribers: 200, channels: 4, publishers: 4, rate: 25, seconds: 10 },
  },
  async run(trial) {
    const main = trial.own(await RedisServer.start());
    const address = trial.own(await TcpProxy.start(main.port));
    const replication = trial.own(await TcpProxy.start(main.port));
    const replica = trial.own(await RedisServer.start('--replicaof', '127.0.0.1', String(replication.port)));
    await trial.load({ broker: () => `redis://127.0.0.1:${address.port}/0` });
    await sleep(trial.scale.seconds * 500);
    while (!(await replica.cli('INFO', 'replication')).includes('master_link_status:up')) await sleep(50);
    replication.stall();
    await sleep(500);
    await main.kill();
    replication.cut();
    await replica.cli('REPLICAOF', 'NO', 'ONE');
    address.lead(replica.port);
    trial.fault('failovers with writes lost');
    trial.healed();
    await sleep(trial.scale.seconds * 500);
  },
};
