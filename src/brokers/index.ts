export { MemoryBroker } from './memory.js';
export { MemoryCluster } from './memory-cluster.js';
export { MemoryPresence } from './memory-presence.js';
export { MemoryQueues, type MemoryQueuesParts } from './queues/memory-queues.js';
export { RedisCluster, type RedisClusterParts } from './redis/redis-cluster.js';
export { RedisNodes, type RedisNodesParts } from './redis/redis-nodes.js';
export { RedisPresence, type RedisPresenceParts } from './redis/redis-presence.js';
export { RedisReplayCache } from './redis/redis-replay-cache.js';
