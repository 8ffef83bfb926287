import type { Broker } from '../core/broker.js';
import type { HistoryQuery, HistoryReading } from '../core/history-page.js';
import type { Position } from '../core/position.js';
import type { Publication } from '../core/publication.js';
import type { Session } from '../core/session.js';
import { type Archive, isFor } from './archive.js';
import type { RouterLimits } from './limits.js';
import type { LiveTopic } from './live-topic.js';
import type { Topics } from './topics.js';

/** Brokers may keep somewhat more than a policy says. */
const KEPT_BEYOND = 1000;

export interface HistoryPageParts {
  readonly broker: Broker;
  readonly archive: Archive;
  readonly topics: Topics;
  readonly limits: RouterLimits;
}

/** What is kept after a position. */
interface Known {
  readonly recovered: boolean | undefined;
  /** Oldest first. */
  readonly publications: readonly Publication[];
  readonly newest: Position | undefined;
}

/** Histories page by page, for those who may read them. */
export class HistoryPages {
  readonly #parts: HistoryPageParts;

  constructor(parts: HistoryPageParts) {
    this.#parts = parts;
  }

  /** See `Router.historyPage`; the refusals are not yet a peer's. */
  async read(session: Session, channel: string, query: HistoryQuery): Promise<HistoryReading> {
    const { archive, topics } = this.#parts;
    const topic = topics.find(channel);
    archive.check(session, topic);
    const known = await this.#known(topic, query.since);
    // Its rights or the routes may have changed meanwhile.
    archive.check(session, topics.find(channel));
    return this.#page(known, { session, channel, query });
  }

  async #known(topic: LiveTopic, since: Position | undefined): Promise<Known> {
    const { channel, history } = topic;
    const recovered = since && false;
    if (history === undefined) return { recovered, publications: [], newest: undefined };
    const { broker } = this.#parts;
    const missed = since && (await broker.recover(channel, since, history.size + KEPT_BEYOND));
    if (missed !== undefined)
      return { recovered: true, publications: missed, newest: missed.at(-1)?.position ?? since };
    const publications = await broker.history({ channel, match: 'exact' });
    const newest = publications.at(-1)?.position ?? (await this.#begin(topic));
    return { recovered, publications, newest };
  }

  /** Where a channel is of which nothing is kept. */
  async #begin(topic: LiveTopic): Promise<Position | undefined> {
    const held = this.#parts.topics.hold(topic);
    try {
      await held.attach();
      return held.position;
    } finally {
      this.#parts.topics.release(held);
    }
  }

  #page(
    { recovered, publications, newest }: Known,
    { session, channel, query }: { session: Session; channel: string; query: HistoryQuery },
  ): HistoryReading {
    const { reverse, limit } = query;
    const room = this.#parts.limits.buffer / 2;
    const found: Publication[] = [];
    let reached = newest;
    let size = 0;
    for (const publication of reverse ? publications.toReversed() : publications) {
      if (!isFor(session, publication)) continue;
      size += publication.payload.size;
      // More than a connection may hold would end it.
      if (found.length === limit || (size > room && found.length > 0)) {
        if (!reverse) reached = found.at(-1)?.position ?? reached;
        break;
      }
      found.push(publication);
    }
    return { channel, newest, reached, recovered, publications: found };
  }
}
