import { setTimeout as sleep } from 'node:timers/promises';
import { RedisServer } from '../../test/support/redis-server.js';
import type { Scenario } from '../scenario.js';
import type { Trial } from '../trial.js';

const SIZES: Scenario['sizes'] = {
  small: { nodes: 3, subscribers: 30, channels: 2, publishers: 2, rate: 20, seconds: 3 },
  full: { nodes: 3, subscribers: 200, channels: 4, publishers: 4, rate: 25, seconds: 60 },
};
const REST_MS = 1500;

export const redisRestart: Scenario = {
  name: 'redis-restart',
  title: 'Redis that writes everything to its disk at once is killed, and is back a second later',
  needs: 'redis',
  sizes: SIZES,
  async run(trial) {
    const redis = trial.own(await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always'));
    await trial.load({ broker: () => redis.url });
    await again(trial, 'kills of Redis', async () => {
      await redis.kill();
      await sleep(1000);
      await redis.restart();
    });
  },
};

export const redisFreeze: Scenario = {
  name: 'redis-freeze',
  title: 'Redis stands still for 4 seconds',
  needs: 'redis',
  sizes: SIZES,
  async run(trial) {
    const redis = trial.own(await RedisServer.start());
    await trial.load({ broker: () => redis.url });
    await again(trial, 'freezes of Redis', async () => {
      redis.signal('SIGSTOP');
      await sleep(4000);
      redis.signal('SIGCONT');
    });
  },
};

export const redisStale: Scenario = {
  name: 'redis-stale',
  title: 'Redis is killed and comes back with a snapshot that is half a second old',
  needs: 'redis',
  mayAnnounce: true,
  sizes: SIZES,
  async run(trial) {
    const redis = trial.own(await RedisServer.start());
    await trial.load({ broker: () => redis.url });
    await again(trial, 'stale snapshots', async () => {
      await redis.save();
      await sleep(500);
      await redis.restore();
    });
  },
};

/** Does something again and again, with some rest after each time. */
async function again(trial: Trial, kind: string, act: () => Promise<void>): Promise<void> {
  await trial.during(async () => {
    await sleep(REST_MS);
    await act();
    trial.fault(kind);
    trial.healed();
  });
  await sleep(REST_MS);
}
