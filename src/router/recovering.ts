import type { Broker } from '../core/broker.js';
import { RouterError } from '../core/errors.js';
import type { Meter } from '../core/meter.js';
import type { Position } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { Start, Subscriber } from '../core/router.js';
import { within } from '../core/within.js';
import type { Archive } from './archive.js';
import type { RouterLimits } from './limits.js';
import type { LiveTopic } from './live-topic.js';

/** Times that the past of a channel is read for one subscriber: again where something was lost meanwhile. */
const ATTEMPTS = 3;

export interface RecoveringParts {
  readonly broker: Broker;
  readonly archive: Archive;
  readonly limits: RouterLimits;
  readonly meter: Meter;
}

/** How a subscriber begins, and what it gets before anything else. */
export interface Arrival {
  readonly start: Start;
  readonly first: readonly Publication[];
}

/** What was published before a subscriber joined and is to be delivered to it. */
interface Past extends Arrival {
  /** Where the reading ended: what follows has come meanwhile. */
  readonly offset: number;
}

/** The walk between the permission to subscribe and the join: what a subscriber missed, or what its route replays. */
export class Recovering {
  readonly #parts: RecoveringParts;

  constructor(parts: RecoveringParts) {
    this.#parts = parts;
  }

  /**
   * Calls `join` with what goes out first; it has to happen without an await, as deliveries follow. Throws `unavailable`, and what `join` throws.
   */
  async arrive(subscriber: Subscriber, topic: LiveTopic, join: (arrival: Arrival) => void): Promise<void> {
    const { since } = subscriber;
    const { replay, queue } = topic.request.route;
    if (topic.history !== undefined && (since !== undefined || replay !== undefined))
      return this.#read(subscriber, topic, join);
    const recovered = since === undefined || queue !== undefined ? undefined : false;
    join({ start: { position: topic.position, recovered }, first: [] });
  }

  async #read(subscriber: Subscriber, topic: LiveTopic, join: (arrival: Arrival) => void): Promise<void> {
    const { arrivals } = topic;
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        arrivals.expect(subscriber);
        const { start, first, offset } = await this.#past(subscriber, topic);
        await this.#catchUp(subscriber, topic, offset);
        const meanwhile = arrivals.take(subscriber, offset);
        if (meanwhile === undefined) continue;
        this.#count(start);
        return join({ start, first: [...first, ...meanwhile] });
      }
    } finally {
      arrivals.forget(subscriber);
    }
    throw new RouterError('unavailable', 'too much happened on the channel meanwhile');
  }

  async #past(subscriber: Subscriber, topic: LiveTopic): Promise<Past> {
    const { since } = subscriber;
    const missed = since && (await this.#recover(subscriber, since));
    if (missed !== undefined) {
      return {
        start: { position: since, recovered: true },
        first: missed,
        offset: lastOffset(missed, since),
      };
    }
    const { position } = topic;
    const first = await this.#replayed(subscriber, topic);
    // Who is gone before it has all that is replayed must not come back to a place after it.
    const begins = first.length === 0 ? position : undefined;
    const recovered = since === undefined ? undefined : false;
    return { start: { position: begins, recovered }, first, offset: lastOffset(first, position) };
  }

  async #recover({ channel }: Subscriber, since: Position): Promise<readonly Publication[] | undefined> {
    const missed = await this.#parts.broker.recover(channel, since, this.#parts.limits.recovery);
    return missed === undefined || fitting(missed, this.#room) < missed.length ? undefined : missed;
  }

  async #replayed(subscriber: Subscriber, topic: LiveTopic): Promise<readonly Publication[]> {
    const { replay } = topic.request.route;
    if (replay === undefined) return [];
    const publications = await this.#parts.archive.recent(subscriber, replay);
    return publications.slice(-Math.max(1, fitting(publications, this.#room)));
  }

  /** The node may be behind what was read. */
  async #catchUp(subscriber: Subscriber, { arrivals, position }: LiveTopic, offset: number): Promise<void> {
    const late = () => new RouterError('unavailable', 'this node is far behind on the channel');
    const come = arrivals.reached(subscriber, offset, position);
    if (come !== undefined) await within(this.#parts.limits.handlerTimeout, come, late);
  }

  /** More octets than a connection may hold would end it, again and again. */
  get #room(): number {
    return this.#parts.limits.buffer / 2;
  }

  #count({ recovered }: Start): void {
    if (recovered === undefined) return;
    this.#parts.meter.count('signalbox_recoveries_total', { recovered: String(recovered) });
  }
}

function lastOffset(publications: readonly Publication[], otherwise: Position | undefined): number {
  return publications.at(-1)?.position?.offset ?? otherwise?.offset ?? 0;
}

/** How many of the newest have room. */
function fitting(publications: readonly Publication[], room: number): number {
  let left = room;
  const tooMuch = publications.findLastIndex(({ payload }) => (left -= payload.size) < 0);
  return publications.length - 1 - tooMuch;
}
