import { setTimeout as sleep } from 'node:timers/promises';
import { RedisServer } from '../../test/support/redis-server.js';
import type { Scenario } from '../scenario.js';

const REST_MS = 1000;

export const rolling: Scenario = {
  name: 'rolling',
  title: 'three nodes on Redis are told to stop and are started again, one after the other',
  needs: 'redis',
  sizes: {
    small: { nodes: 3, subscribers: 30, channels: 2, publishers: 2, rate: 20, seconds: 1 },
    full: { nodes: 3, subscribers: 600, channels: 4, publishers: 4, rate: 25, seconds: 60 },
  },
  async run(trial) {
    const redis = trial.own(await RedisServer.start());
    await trial.load({ broker: () => redis.url });
    const { nodes, subscribers } = trial;
    await trial.during(async () => {
      for (let node = 0; node < nodes.count; node++) {
        await sleep(REST_MS);
        trial.healed(subscribers.filter((subscriber) => subscriber.node === nodes.urls[node]));
        await nodes.drain(node);
        trial.fault('restarts of a node');
        await nodes.restart(node);
      }
    });
    await sleep(REST_MS);
  },
};
