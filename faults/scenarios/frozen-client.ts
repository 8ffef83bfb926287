import { setTimeout as sleep } from 'node:timers/promises';
import { metricsOf } from '../metrics.js';
import type { Scenario } from '../scenario.js';
import type { Trial } from '../trial.js';

const FROZEN_SHARE = 10;
/** A system takes some megabytes for a connection before anything waits in the node. */
const PADDING = 60_000;
const PATIENCE_MS = 30_000;

export const frozenClient: Scenario = {
  name: 'frozen-client',
  title: 'one of ten subscribers reads nothing any more until the node gives it up, and then goes on',
  // What it has missed is more than a connection may hold.
  mayAnnounce: true,
  sizes: {
    small: { nodes: 1, subscribers: 10, channels: 1, publishers: 2, rate: 20, seconds: 2 },
    full: { nodes: 1, subscribers: 100, channels: 5, publishers: 5, rate: 20, seconds: 10 },
  },
  async run(trial) {
    // A history that is full when the memory of the node is looked at.
    await trial.load({ padding: PADDING, route: 'history: { size: 30, ttl: 10m }' });
    const { subscribers, scale } = trial;
    const frozen = subscribers.filter((_, i) => i % FROZEN_SHARE === 0);
    const others = subscribers.filter((_, i) => i % FROZEN_SHARE !== 0);
    await sleep(scale.seconds * 1000);
    trial.figures['p99 of the others before, ms'] = takeLatency(others);
    const before = await metric(trial, 'process_resident_memory_bytes');
    const start = performance.now();
    for (const subscriber of frozen) subscriber.freeze();
    trial.fault('clients frozen', frozen.length);
    const isGivenUp = async () => (await metric(trial, 'signalbox_sessions')) <= others.length;
    while (!(await isGivenUp()) && performance.now() - start < PATIENCE_MS) await sleep(100);
    trial.figures['given up after, s'] = (performance.now() - start) / 1000;
    trial.figures['p99 of the others meanwhile, ms'] = takeLatency(others);
    const growth = (await metric(trial, 'process_resident_memory_bytes')) - before;
    trial.figures['growth of the node for each frozen one, MB'] = growth / frozen.length / 1024 ** 2;
    for (const subscriber of frozen) subscriber.thaw();
    await sleep(scale.seconds * 1000);
  },
};

/** The 99th percentile of what came since it was taken last, in milliseconds. */
function takeLatency(subscribers: Trial['subscribers']): number {
  const all = subscribers.flatMap((subscriber) => subscriber.takeLatencies()).sort((a, b) => a - b);
  return all[Math.floor(all.length * 0.99)] ?? 0;
}

async function metric({ nodes }: Trial, name: string): Promise<number> {
  return (await metricsOf(nodes.urls[0] ?? '')).get(name) ?? Number.NaN;
}
