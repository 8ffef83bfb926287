import type { Broker } from '../core/broker.js';
import type { Meter } from '../core/meter.js';
import type { Publication } from '../core/publication.js';
import type { Start, Subscriber } from '../core/router.js';
import type { Archive } from './archive.js';
import { inTime } from './in-time.js';
import type { RouterLimits } from './limits.js';
import type { LiveTopic } from './live-topic.js';

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
interface Missed {
  readonly recovered: boolean | undefined;
  readonly publications: readonly Publication[];
  /** Where the reading ended. */
  readonly offset: number;
}

/** The walk between the permission to subscribe and the join: what a subscriber missed, or what its route replays. */
export class Recovering {
  readonly #parts: RecoveringParts;

  constructor(parts: RecoveringParts) {
    this.#parts = parts;
  }

  /**
   * Resolves to what goes out at the join, which has to follow without an await. What is published meanwhile is in
   * it. Throws `unavailable`.
   */
  async arrive(subscriber: Subscriber, topic: LiveTopic): Promise<() => Arrival> {
    const { since } = subscriber;
    const { replay, queue } = topic.request.route;
    if (queue !== undefined || (since === undefined && replay === undefined)) {
      const recovered = since === undefined ? undefined : false;
      return () => ({ start: { position: topic.position, recovered }, first: [] });
    }
    topic.arrivals.expect(subscriber);
    const missed = await this.#missed(subscriber, topic);
    await inTime(topic.arrivals.reached(missed.offset, topic.position), this.#parts.limits.handlerTimeout);
    return () => {
      const meanwhile = topic.arrivals.take(subscriber, missed.offset);
      return arrivalOf(subscriber, topic, { missed, meanwhile });
    };
  }

  async #missed(subscriber: Subscriber, topic: LiveTopic): Promise<Missed> {
    const { since } = subscriber;
    const recovered = since && (await this.#recover(subscriber, topic));
    if (since !== undefined) this.#count(recovered !== undefined);
    const offset = topic.position?.offset ?? 0;
    if (since !== undefined && recovered !== undefined) {
      return { recovered: true, publications: recovered, offset: lastOffset(recovered, since.offset) };
    }
    const { replay } = topic.request.route;
    const publications = replay === undefined ? [] : await this.#parts.archive.recent(subscriber, replay);
    const isRefused = since === undefined ? undefined : false;
    return { recovered: isRefused, publications, offset: lastOffset(publications, offset) };
  }

  async #recover(subscriber: Subscriber, topic: LiveTopic): Promise<readonly Publication[] | undefined> {
    const { broker, limits } = this.#parts;
    const { since, channel } = subscriber;
    if (since === undefined || topic.history === undefined) return undefined;
    const missed = await broker.recover(channel, since, limits.recovery);
    // More than a connection may hold would end it, again and again.
    return missed !== undefined && sizeOf(missed) > limits.buffer / 2 ? undefined : missed;
  }

  #count(recovered: boolean): void {
    this.#parts.meter.count('signalbox_recoveries_total', { recovered: String(recovered) });
  }
}

function arrivalOf(
  { since }: Subscriber,
  { position }: LiveTopic,
  { missed, meanwhile }: { missed: Missed; meanwhile: readonly Publication[] },
): Arrival {
  const { recovered, publications } = missed;
  // What is replayed, or came meanwhile, stands before the position that the topic has by now.
  const begins = recovered === true ? since : position;
  return { start: { position: begins, recovered }, first: [...publications, ...meanwhile] };
}

function lastOffset(publications: readonly Publication[], otherwise: number): number {
  return publications.at(-1)?.position?.offset ?? otherwise;
}

function sizeOf(publications: readonly Publication[]): number {
  return publications.reduce((sum, { payload }) => sum + payload.size, 0);
}
