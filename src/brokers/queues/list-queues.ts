import { PageSearch } from '../../core/page.js';
import type { HeldQueue } from '../../core/queue.js';

/** Some of all queues, those with the most messages first. */
export function listQueues(all: Iterable<HeldQueue>, most: number): readonly HeldQueue[] {
  const search = new PageSearch<HeldQueue>({ compare, limit: most, follows: () => true });
  for (const queue of all) search.offer(queue);
  return search.page().items;
}

function compare(a: HeldQueue, b: HeldQueue): number {
  return b.messages - a.messages || (a.channel < b.channel ? -1 : 1);
}
