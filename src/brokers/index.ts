export { MemoryBroker } from './memory.js';
export { MemoryQueues, type MemoryQueuesParts } from './queues/memory-queues.js';
