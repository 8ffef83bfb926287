import { MemoryCluster } from '../../src/brokers/index.js';
import { clusterContract } from './cluster.js';

clusterContract('memory', () => ({ nodes: [new MemoryCluster()] }));
