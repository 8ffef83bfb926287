import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';

const CUT_MS = 2000;
const EVERY_MS = 10_000;

/** What peers publish figures of: how much arrives where networks come and go. */
export const cuts: Scenario = {
  name: 'cuts',
  title: 'the network of every client is cut for 2 seconds, every 10 seconds',
  sizes: {
    small: { nodes: 1, subscribers: 60, channels: 3, publishers: 2, rate: 20, seconds: 6 },
    full: { nodes: 1, subscribers: 1000, channels: 20, publishers: 4, rate: 25, seconds: 60 },
  },
  async run(trial) {
    await trial.load();
    const { subscribers, random, scale } = trial;
    const end = performance.now() + scale.seconds * 1000 - CUT_MS;
    const cutAgainAndAgain = async (subscriber: (typeof subscribers)[number]) => {
      const own = random.fork();
      await sleep(own.between(0, Math.min(EVERY_MS, scale.seconds * 1000 - CUT_MS)));
      while (performance.now() < end) {
        // Half of them without the server being told: what it writes meanwhile is heard by nobody.
        subscriber.cut(own.below(2) === 0 ? 'reset' : 'silence', CUT_MS);
        trial.fault('cuts of a client');
        await sleep(Math.min(EVERY_MS, Math.max(CUT_MS, end + CUT_MS - performance.now())));
      }
    };
    await Promise.all(subscribers.map(cutAgainAndAgain));
  },
};
