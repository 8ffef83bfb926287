import type { Broker, BrokerListener, ChannelSelection, Keeping } from '../core/broker.js';
import { countLimit, type Meter, NULL_METER } from '../core/meter.js';
import { Payload } from '../core/payload.js';
import type { Position } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { HistoryPolicy } from '../core/route.js';
import { MemoryHistory } from './memory-history.js';
import { MemoryRetained } from './memory-retained.js';
import { RecentKeys } from './recent-keys.js';

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

const NOTHING = Payload.of(null);

/** Attempts to publish that are remembered by their keys. */
const KEYS = 10_000;

/** One node, no other service: a publication is delivered by a call, in the order made. What it keeps ends with it. */
export class MemoryBroker implements Broker {
  readonly #retained: MemoryRetained;
  readonly #history: MemoryHistory;
  readonly #keys: RecentKeys<Publication>;
  #deliver: BrokerListener['deliver'] = () => undefined;

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
    this.#keys = new RecentKeys(KEYS, clock);
  }

  start({ deliver }: BrokerListener): void {
    this.#deliver = deliver;
  }

  subscribe(channel: string, history?: HistoryPolicy): Position | undefined {
    return history && this.#history.subscribe(channel);
  }

  unsubscribe(channel: string): void {
    this.#history.unsubscribe(channel);
  }

  publish(publication: Publication, keeping?: Keeping): Publication {
    if (keeping === undefined) this.#deliver(publication);
    else return this.#once(publication, keeping) ?? this.#keep(publication, keeping);
    return publication;
  }

  recover(channel: string, since: Position, limit: number): readonly Publication[] | undefined {
    const missed = this.#history.after(channel, since);
    return missed !== undefined && missed.length > limit ? undefined : missed;
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
    this.#keys.clear();
  }

  /** What came of it, where it is not to be published. */
  #once(publication: Publication, { history, key, version }: Keeping): Publication | undefined {
    const { channel } = publication;
    const earlier = key === undefined ? undefined : this.#keys.get(keyOf(channel, key));
    if (earlier !== undefined) return { ...earlier, outcome: 'duplicate' };
    if (history === undefined || version === undefined) return undefined;
    const position = this.#history.isSuperseded(channel, version);
    return position && { ...fieldsOf(publication), position, outcome: 'superseded' };
  }

  #keep(publication: Publication, { retain, history, key, version }: Keeping): Publication {
    if (history !== undefined) this.#history.add(publication, history, version);
    if (retain) this.#retained.set(publication);
    if (key !== undefined) this.#keys.set(keyOf(publication.channel, key), fieldsOf(publication));
    this.#deliver(publication);
    return publication;
  }
}

/** Channels have no NUL in them. */
function keyOf(channel: string, key: string): string {
  return `${channel}\0${key}`;
}

/** Without what was said to subscribers, which would be held in memory. */
function fieldsOf({ id, channel, time, position }: Publication): Publication {
  return { id, channel, time, position, payload: NOTHING, audience: undefined };
}
