import { RedisCluster, RedisNodes } from '../../src/brokers/index.js';
import { createLink } from '../../src/brokers/redis/create-link.js';
import type { ChannelsOfNode } from '../../src/core/channel-summary.js';
import type { NodeState } from '../../src/core/cluster.js';
import { NULL_LOGGER } from '../../src/core/logger.js';

/** Nodes of tests die soon. */
const TIMES = { beat: 100, lifetime: 600 };

export const STATE: Omit<NodeState, 'id'> = {
  version: '1',
  routes: 'a',
  started: 1,
  connections: 0,
  sessions: 0,
  channels: 0,
  subscriptions: 0,
  lag: 0,
};

export const NO_CHANNELS: ChannelsOfNode = { channels: [], more: false };

/** One node on Redis. What else it has there is to be made before `begin`, and dies with `link.close()`. */
export function openNode(address: string, prefix: string, times = TIMES) {
  const link = createLink({ address, prefix, name: 'test', logger: NULL_LOGGER });
  const nodes = new RedisNodes({ link, logger: NULL_LOGGER, times });
  const cluster = new RedisCluster({ link, nodes, logger: NULL_LOGGER, revocations: 100, patience: 300 });
  return { link, nodes, cluster };
}

/** A node that obeys nothing. */
export async function begin({ link, cluster }: ReturnType<typeof openNode>): Promise<void> {
  await link.start();
  await cluster.start({
    obey: () => 0,
    answer: () => NO_CHANNELS,
    missed: () => undefined,
    state: () => STATE,
  });
}
