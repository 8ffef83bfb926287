export { MemoryBroker } from './memory.js';
export { MemoryCluster } from './memory-cluster.js';
export { MemoryQueues, type MemoryQueuesParts } from './queues/memory-queues.js';
