import type { Scenario } from '../scenario.js';
import { cuts } from './cuts.js';
import { frozenClient } from './frozen-client.js';
import { killNode } from './kill-node.js';
import { redisFreeze, redisRestart, redisStale } from './redis-faults.js';
import { redisFailover, redisPartition } from './redis-network.js';
import { reload } from './reload.js';
import { rolling } from './rolling.js';
import { storm } from './storm.js';

/** All scenarios, in the order in which they are run. */
export const SCENARIOS: readonly Scenario[] = [
  cuts,
  storm,
  frozenClient,
  killNode,
  rolling,
  reload,
  redisRestart,
  redisFreeze,
  redisPartition,
  redisStale,
  redisFailover,
];
