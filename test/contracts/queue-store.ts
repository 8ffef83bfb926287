import { queueStoreContract, type StoreWorld } from '../../src/testing/contracts/queue-store.js';
import { describeContract } from './describe-contract.js';

export type { StoreWorld };

export function describeQueueStore(name: string, ...given: Parameters<typeof queueStoreContract>): void {
  describeContract(`the queue store of ${name}`, queueStoreContract(...given));
}
