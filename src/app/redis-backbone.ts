import {
  createLink,
  RedisBroker,
  RedisCluster,
  type RedisLink,
  RedisNodes,
  RedisPresence,
  RedisQueues,
  RedisReplayCache,
} from '../brokers/index.js';
import type { Settings } from '../config/index.js';
import type { Cluster } from '../core/cluster.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import type { Backbone, Carriers } from './backbone.js';

export interface RedisBackboneParts {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** Many nodes on one Redis. */
export class RedisBackbone implements Backbone {
  readonly cluster: Cluster;
  readonly replays: RedisReplayCache;
  readonly main: Carriers;
  readonly #parts: RedisBackboneParts;
  readonly #links: RedisLink[] = [];
  readonly #nodes: RedisNodes;

  constructor(parts: RedisBackboneParts) {
    const { settings, logger } = parts;
    const { redis, limits } = settings;
    this.#parts = parts;
    const link = this.#link(redis.prefix);
    this.#nodes = new RedisNodes({ link, logger });
    this.cluster = new RedisCluster({
      link,
      nodes: this.#nodes,
      logger,
      revocations: limits.revocations,
    });
    this.replays = new RedisReplayCache(link);
    this.main = this.#carriers(link);
  }

  /** No prefix of the settings has an `@`, so that no realm can be taken for an installation. */
  of(realm: string): Carriers {
    return this.#carriers(this.#link(`${this.#parts.settings.redis.prefix}@${realm}`));
  }

  /** Throws an error for people when Redis does not answer within `redis.start`. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#links.map((link) => link.start()));
    } catch (cause) {
      throw new Error(`broker: Redis cannot be used: ${(cause as Error).message}`, { cause });
    }
  }

  close(): void {
    for (const link of this.#links) link.close();
  }

  #carriers(link: RedisLink): Carriers {
    const { settings, logger, meter } = this.#parts;
    const { limits, redis } = settings;
    return {
      broker: new RedisBroker({ link, limits, logger, meter, keptFor: redis.positions }),
      queues: new RedisQueues({ link, nodes: this.#nodes, limits, logger, meter }),
      presence: new RedisPresence({ link, nodes: this.#nodes, logger }),
    };
  }

  #link(prefix: string): RedisLink {
    const { settings, logger, meter } = this.#parts;
    const { broker: address, redis } = settings;
    const { timeout, start: patience } = redis;
    const link = createLink({ address, prefix, name: 'signalbox', logger, meter, timeout, patience });
    this.#links.push(link);
    return link;
  }
}
