/**
 * Loaded into a server before all else: on SIGUSR2 it prints, as one line of JSON, for how long the event loop was blocked at
 * most since the last time, and how many times for longer than 20 ms.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between two looks, which the delays contain. */
const RESOLUTION = 1;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
delays.enable();

process.on('SIGUSR2', () => {
  const longest = Math.max(0, delays.max / 1e6 - RESOLUTION);
  const p99 = Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION);
  console.log(`blocked ${JSON.stringify({ longest, p99 })}`);
  delays.reset();
});
