import { MemoryQueues } from '../../src/brokers/index.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import type { QueueStore } from '../../src/core/queue-store.js';
import { FakeQueueStore } from '../brokers/fake-queue-store.js';
import { describeQueueStore } from './queue-store.js';
import { describeQueues } from './queues.js';

const limits = { queueMessages: 100_000, queueSize: 2 ** 28 };

async function open(store?: QueueStore) {
  let now = 0;
  const queues = new MemoryQueues({
    store,
    limits,
    logger: NULL_LOGGER,
    meter: NULL_METER,
    clock: () => now,
  });
  return {
    queues,
    advance: async (milliseconds: number) => void (now += milliseconds),
    close: async () => queues.close(),
  };
}

describeQueues('memory', () => open());
describeQueues('memory with a store', () => open(new FakeQueueStore()), { durable: true });

describeQueueStore('a fake', async () => {
  const store = new FakeQueueStore();
  return { store, reopen: async () => store, close: () => store.close() };
});
