import { MemoryQueues } from '../../src/brokers/index.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { describeQueues } from './queues.js';

describeQueues('memory', async () => {
  let now = 0;
  const queues = new MemoryQueues({
    limits: { queueMessages: 100_000, queueSize: 2 ** 28 },
    logger: NULL_LOGGER,
    meter: NULL_METER,
    clock: () => now,
  });
  return {
    queues,
    advance: async (milliseconds) => void (now += milliseconds),
    close: async () => queues.close(),
  };
});
