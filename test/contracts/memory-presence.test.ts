import { MemoryPresence } from '../../src/brokers/index.js';
import { presenceStoreContract } from './presence-store.js';

presenceStoreContract('memory', () => ({ nodes: [new MemoryPresence()] }));
