import { randomInt } from 'node:crypto';
import type { LiveChannel } from './live-channel.js';

/** Milliseconds between two comparisons of a channel with Redis, from and to. */
const COMPARED = { from: 30_000, to: 40_000 };
/** Histories that are read at once: as many as Redis answers without others waiting long. */
const AT_ONCE = 256;

/** When a channel that is compared now is to be compared again. */
export function nextComparison(): number {
  return performance.now() + randomInt(COMPARED.from, COMPARED.to);
}

/** Compares the channels whose time it is with Redis. */
export async function compareDue(channels: Iterable<LiveChannel>): Promise<void> {
  const now = performance.now();
  const due = [...channels].filter((channel) => channel.due <= now);
  for (const channel of due) channel.due = nextComparison();
  const next = due.values();
  const work = async () => {
    for (const channel of next) await channel.check();
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, due.length) }, work));
}
