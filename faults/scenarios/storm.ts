import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';
import { waitFor } from '../trial.js';

/** Clients spread what they do so far; the client library does, too. */
const SPREAD_MS = 5000;

export const storm: Scenario = {
  name: 'storm',
  title: 'all subscribers lose their connections at once, and come back within five seconds',
  sizes: {
    small: { nodes: 1, subscribers: 300, channels: 10, publishers: 2, rate: 10, seconds: 2 },
    full: { nodes: 1, subscribers: 5000, channels: 100, publishers: 2, rate: 25, seconds: 10 },
  },
  async run(trial) {
    await trial.load();
    const { subscribers, random, scale } = trial;
    await sleep(scale.seconds * 500);
    const start = performance.now();
    for (const subscriber of subscribers) subscriber.bounce(random.between(0, SPREAD_MS));
    trial.fault('connections lost at once', subscribers.length);
    await waitFor('everybody to be back', () => subscribers.every(({ isComplete }) => isComplete));
    const back = Math.max(...subscribers.map(({ complete }) => complete));
    trial.figures['all back after, s'] = (back - start) / 1000;
    trial.figures['recovered a second'] = subscribers.length / ((back - start) / 1000);
    await sleep(scale.seconds * 500);
  },
};
