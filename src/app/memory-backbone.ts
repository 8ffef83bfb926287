import { MemoryReplayCache } from '../authenticators/index.js';
import {
  MemoryBroker,
  MemoryCluster,
  MemoryPresence,
  MemoryQueues,
  type MemoryQueuesParts,
} from '../brokers/index.js';
import type { Settings } from '../config/index.js';
import type { EmbeddedStore } from '../stores/index.js';
import type { Backbone, Carriers } from './backbone.js';

export interface MemoryBackboneParts extends Pick<MemoryQueuesParts, 'logger' | 'meter'> {
  readonly settings: Settings;
  readonly store: EmbeddedStore | undefined;
}

/** One node that is alone: all is in this process, and in its store. */
export class MemoryBackbone implements Backbone {
  readonly cluster = new MemoryCluster();
  readonly replays: MemoryReplayCache;
  readonly main: Carriers;
  readonly #parts: MemoryBackboneParts;

  constructor(parts: MemoryBackboneParts) {
    this.#parts = parts;
    this.replays = new MemoryReplayCache({ size: parts.settings.limits.tickets });
    this.main = this.#carriers(parts.store);
  }

  /** The store has no realms. */
  of(): Carriers {
    return this.#carriers(undefined);
  }

  async start(): Promise<void> {}

  close(): void {}

  #carriers(store: EmbeddedStore | undefined): Carriers {
    const { settings, logger, meter } = this.#parts;
    const { limits } = settings;
    return {
      broker: new MemoryBroker({ limits, meter, store }),
      queues: new MemoryQueues({ store, limits, logger, meter }),
      presence: new MemoryPresence(),
    };
  }
}
