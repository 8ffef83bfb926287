import type { Broker, BrokerListener, ChannelSelection, Keeping } from '../core/broker.js';
import type { HistoryStore } from '../core/history-store.js';
import { after, type MaybePromise } from '../core/maybe-promise.js';
import { countLimit, type Meter, NULL_METER } from '../core/meter.js';
import { Payload } from '../core/payload.js';
import type { Position } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { HistoryPolicy } from '../core/route.js';
import { DurableHistories } from './durable-histories.js';
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

export interface MemoryBrokerParts {
  readonly limits?: MemoryLimits;
  readonly meter?: Meter;
  /** Gives milliseconds since 1970. */
  readonly clock?: () => number;
  /** Where histories are kept that are to outlive the process; without it none does. */
  readonly store?: HistoryStore | undefined;
}

/**
 * One node, no other service: a publication is delivered by a call, in the order made. What it keeps ends with it, but durable
 * histories.
 */
export class MemoryBroker implements Broker {
  readonly #retained: MemoryRetained;
  readonly #history: MemoryHistory;
  readonly #keys: RecentKeys<Publication>;
  readonly #durable: DurableHistories | undefined;
  /** Attempts that are being written, by their keys. */
  readonly #underWay = new Map<string, Promise<Publication>>();
  #deliver: BrokerListener['deliver'] = () => undefined;

  constructor({ limits = LIMITS, meter = NULL_METER, clock = Date.now, store }: MemoryBrokerParts = {}) {
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
        ...(store && { forgot: (channel, floor) => this.#durable?.forgot(channel, floor) }),
      },
      clock,
    );
    const deliver = (publication: Publication) => this.#deliver(publication);
    this.#durable = store && new DurableHistories(this.#history, store, deliver);
    this.#keys = new RecentKeys(KEYS, clock);
  }

  start({ deliver }: BrokerListener): MaybePromise<void> {
    this.#deliver = deliver;
    return this.#durable?.load();
  }

  subscribe(channel: string, history?: HistoryPolicy): MaybePromise<Position | undefined> {
    if (history === undefined) return undefined;
    const position = this.#history.subscribe(channel);
    if (history.durable !== true || this.#durable === undefined) return position;
    return after(this.#durable.begin(channel), () => position);
  }

  unsubscribe(channel: string): void {
    this.#history.unsubscribe(channel);
  }

  publish(publication: Publication, keeping?: Keeping): MaybePromise<Publication> {
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
  #once(publication: Publication, { history, key, version }: Keeping): MaybePromise<Publication> | undefined {
    const { channel } = publication;
    if (key !== undefined) {
      const name = keyOf(channel, key);
      const earlier = this.#keys.get(name) ?? this.#underWay.get(name);
      if (earlier !== undefined) return after(earlier, (one) => ({ ...fieldsOf(one), outcome: 'duplicate' }));
    }
    if (history === undefined || version === undefined) return undefined;
    const position = this.#history.isSuperseded(channel, version);
    return position && { ...fieldsOf(publication), position, outcome: 'superseded' };
  }

  #keep(publication: Publication, keeping: Keeping): MaybePromise<Publication> {
    const { history, version } = keeping;
    if (history?.durable === true && this.#durable !== undefined)
      return this.#write(
        this.#durable.publish(publication, { policy: history, version }),
        publication,
        keeping,
      );
    if (history !== undefined) this.#history.add(publication, history, version);
    this.#remember(publication, keeping);
    this.#deliver(publication);
    return publication;
  }

  async #write(
    written: Promise<Publication>,
    { channel }: Publication,
    keeping: Keeping,
  ): Promise<Publication> {
    const name = keeping.key === undefined ? undefined : keyOf(channel, keeping.key);
    if (name !== undefined) this.#underWay.set(name, written);
    try {
      return this.#remember(await written, keeping);
    } finally {
      if (name !== undefined) this.#underWay.delete(name);
    }
  }

  #remember(publication: Publication, { retain, key }: Keeping): Publication {
    if (publication.outcome !== undefined) return publication;
    if (retain) this.#retained.set(publication);
    if (key !== undefined) this.#keys.set(keyOf(publication.channel, key), fieldsOf(publication));
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
