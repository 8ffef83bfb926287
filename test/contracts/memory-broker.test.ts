import { MemoryBroker } from '../../src/brokers/index.js';
import { brokerContract } from './broker.js';

brokerContract('memory', () => ({ nodes: [new MemoryBroker()] }));
