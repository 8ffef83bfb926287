import type { InspectedQueue } from '../../core/inspection.js';
import type { RunningRealm } from '../realms.js';

/** Queues of one answer. */
const MOST = 200;

/** The queues of all realms, those with the most messages first. */
export async function listQueues(realms: readonly RunningRealm[]): Promise<readonly InspectedQueue[]> {
  const lists = await Promise.all(realms.map(queuesOf));
  return lists
    .flat()
    .toSorted((a, b) => b.messages - a.messages)
    .slice(0, MOST);
}

async function queuesOf({ name, router, routing }: RunningRealm): Promise<readonly InspectedQueue[]> {
  const queues = await router.inspection.queues(MOST);
  return queues.map((queue) => ({ ...queue, realm: name, route: routing.table.match(queue.channel)?.route }));
}
