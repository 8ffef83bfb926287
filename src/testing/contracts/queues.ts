import type { QueuePolicy } from '../../core/queue.js';
import type { ContractCheck } from './contract.js';
import { queueEnds } from './queues-ends.js';
import { queueTurns } from './queues-turns.js';
import { message, type QueuesFixture, queuePolicy, TestConsumer } from './queues-world.js';

export { message, type QueuesFixture, queuePolicy, TestConsumer };

/** What the queues of a node promise. `scale` divides large numbers. */
export function queuesContract(
  open: () => Promise<QueuesFixture>,
  common: Partial<QueuePolicy> = {},
  options: { readonly scale?: number } = {},
): readonly ContractCheck[] {
  return [...queueTurns(open, common, options), ...queueEnds(open, common, options)];
}
