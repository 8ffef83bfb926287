import type { Broker, ChannelSelection, Keeping } from '../core/broker.js';
import { countLimit, type Meter, NULL_METER } from '../core/meter.js';
import type { Publication } from '../core/publication.js';
import { MemoryHistory } from './memory-history.js';
import { MemoryRetained } from './memory-retained.js';

/** What is kept at most; where there is more, the oldest goes. Sizes are octets. */
export interface MemoryLimits {
  /** Channels with a retained publication. */
  readonly retained: number;
  readonly retainedSize: number;
  /** Channels with a history. */
  readonly historyChannels: number;
  readonly historySize: number;
}

const LIMITS: MemoryLimits = {
  retained: 10_000,
  retainedSize: 64 * 1024 ** 2,
  historyChannels: 10_000,
  historySize: 256 * 1024 ** 2,
};

/** One node, no other service: a publication is delivered by a call, in the order made. What it keeps ends with it. */
export class MemoryBroker implements Broker {
  readonly #retained: MemoryRetained;
  readonly #history: MemoryHistory;
  #deliver: (publication: Publication) => void = () => undefined;

  /** `clock` gives milliseconds since 1970. */
  constructor({
    limits = LIMITS,
    meter = NULL_METER,
    clock = Date.now,
  }: { limits?: MemoryLimits; meter?: Meter; clock?: () => number } = {}) {
    const reached = (limit: string) => countLimit(meter, { limit });
    this.#retained = new MemoryRetained({
      channels: limits.retained,
      size: limits.retainedSize,
      reached: (limit) => reached(limit === 'size' ? 'limits.retained_size' : 'limits.retained'),
    });
    this.#history = new MemoryHistory(
      {
        channels: limits.historyChannels,
        size: limits.historySize,
        reached: (limit) => reached(limit === 'size' ? 'limits.history_size' : 'limits.history_channels'),
      },
      clock,
    );
  }

  start(deliver: (publication: Publication) => void): void {
    this.#deliver = deliver;
  }

  subscribe(): void {}

  unsubscribe(): void {}

  publish(publication: Publication, keeping?: Keeping): Publication {
    if (keeping?.retain === true) this.#retained.set(publication);
    if (keeping?.history !== undefined) this.#history.add(publication, keeping.history);
    this.#deliver(publication);
    return publication;
  }

  retained(selection: ChannelSelection): readonly Publication[] {
    return this.#retained.get(selection);
  }

  history(selection: ChannelSelection): readonly Publication[] {
    return this.#history.get(selection);
  }

  close(): void {
    this.#deliver = () => undefined;
    this.#retained.clear();
    this.#history.clear();
  }
}
