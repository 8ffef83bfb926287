export { MemoryBroker } from './memory.js';
export { MemoryPresence } from './memory-presence.js';
export { MemoryQueues, type MemoryQueuesParts } from './queues/memory-queues.js';
