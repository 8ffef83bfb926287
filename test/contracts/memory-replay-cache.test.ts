import { MemoryReplayCache } from '../../src/authenticators/index.js';
import { replayCacheContract } from './replay-cache.js';

replayCacheContract('memory', () => ({ nodes: [new MemoryReplayCache({ size: 1000 })] }));
