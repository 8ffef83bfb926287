export { MemoryBroker } from './memory.js';
