export { MemoryBroker } from './memory.js';
export { MemoryCluster } from './memory-cluster.js';
export { MemoryPresence } from './memory-presence.js';
export { MemoryQueues, type MemoryQueuesParts } from './queues/memory-queues.js';
export { readRedisAddress } from './redis/address.js';
export { createLink, type LinkOptions } from './redis/create-link.js';
export type { RedisLink } from './redis/link.js';
export { RedisBroker, type RedisBrokerParts } from './redis/redis-broker.js';
