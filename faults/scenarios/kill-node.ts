import { setTimeout as sleep } from 'node:timers/promises';
import { RedisServer } from '../../test/support/redis-server.js';
import type { Scenario } from '../scenario.js';

const DOWN_MS = 1000;
const REST_MS = 1500;

export const killNode: Scenario = {
  name: 'kill-node',
  title: 'of three nodes on Redis one is killed, again and again, and is back a second later',
  needs: 'redis',
  sizes: {
    small: { nodes: 3, subscribers: 30, channels: 2, publishers: 2, rate: 20, seconds: 4 },
    full: { nodes: 3, subscribers: 200, channels: 4, publishers: 4, rate: 25, seconds: 60 },
  },
  async run(trial) {
    const redis = trial.own(await RedisServer.start());
    await trial.load({ broker: () => redis.url });
    const { nodes, subscribers, random } = trial;
    await trial.during(async () => {
      await sleep(REST_MS);
      const victim = random.below(nodes.count);
      const url = nodes.urls[victim];
      const connected = subscribers.filter(({ node }) => node === url);
      await nodes.kill(victim);
      trial.fault('nodes killed');
      trial.healed(connected);
      await sleep(DOWN_MS);
      await nodes.restart(victim);
    });
  },
};
