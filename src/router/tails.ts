import { admission } from '../core/audience.js';
import { channelMatches } from '../core/channel-pattern.js';
import type { Tailed, TailQuery } from '../core/inspection.js';
import type { Publication } from '../core/publication.js';
import type { Route } from '../core/route.js';
import type { Subscriber } from '../core/router.js';
import { questionOf } from './access.js';
import type { DeliveryTally } from './fan-outs.js';
import type { LiveTopic } from './live-topic.js';
import type { PatternGroups } from './pattern-groups.js';
import type { Sessions } from './sessions.js';
import type { Topics } from './topics.js';

export interface TailParts {
  readonly sessions: Sessions;
  readonly patterns: PatternGroups;
}

interface Tail {
  wants(publication: Publication, topic: LiveTopic): boolean;
  told(tailed: Tailed): void;
}

/** Those who watch publications as they are delivered. Where nobody does, it costs a comparison. */
export class Tails {
  readonly #parts: TailParts;
  #open: readonly Tail[] = [];

  constructor(parts: TailParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#open.length;
  }

  /** See `RouterInspection.tail`. */
  open(query: TailQuery, told: (tailed: Tailed) => void): () => void {
    const wants =
      'user' in query
        ? (publication: Publication, topic: LiveTopic) => this.#reaches(query.user, publication, topic)
        : ({ channel }: Publication) => channelMatches(query.channel, channel);
    const tail: Tail = { wants, told };
    this.#open = [...this.#open, tail];
    return () => {
      this.#open = this.#open.filter((one) => one !== tail);
    };
  }

  /** Tells those who want it, and returns where its deliveries are to be counted. */
  told(publication: Publication, topic: LiveTopic): DeliveryTally {
    const tails = this.#open.filter((tail) => tail.wants(publication, topic));
    if (tails.length === 0) return topic.tally;
    const tailed = new TailedPublication(publication, topic);
    for (const tail of tails) tail.told(tailed);
    return tailed;
  }

  /** The same of what a queue holds from now on: to whom it goes, and when, is not known. */
  queued(publication: Publication, topics: Pick<Topics, 'known'>): void {
    const topic = this.#open.length === 0 ? undefined : topics.known(publication.channel);
    if (topic === undefined) return;
    const { route } = topic.request;
    for (const tail of this.#open)
      if (tail.wants(publication, topic)) tail.told({ publication, route, deliveries: undefined });
  }

  /** Whether a user published it, or is subscribed and may have it. */
  #reaches(user: string, publication: Publication, topic: LiveTopic): boolean {
    if (publication.publisher?.user === user) return true;
    const { sessions } = this.#parts;
    const admits = admission(publication.audience);
    for (const session of sessions.ofUser(user)) {
      if (admits?.(session) === false) continue;
      for (const subscriber of sessions.subscribersOf(session))
        if (this.#hears(subscriber, topic)) return true;
    }
    return false;
  }

  #hears({ match, channel, session }: Subscriber, topic: LiveTopic): boolean {
    if (match === undefined) return channel === topic.channel;
    if (!topic.decidesByAccess) return false;
    const groups = this.#parts.patterns.matching(topic.channel);
    if (!groups.some((group) => group.match === match && group.channel === channel)) return false;
    return topic.access.allows('subscribe', questionOf(session.principal, topic));
  }
}

/** Counts the deliveries of one publication, and with them those of its route. */
class TailedPublication implements Tailed, DeliveryTally {
  readonly publication: Publication;
  readonly route: Route;
  readonly #ofRoute: DeliveryTally;
  #deliveries = 0;

  constructor(publication: Publication, { request, tally }: LiveTopic) {
    this.publication = publication;
    this.route = request.route;
    this.#ofRoute = tally;
  }

  get deliveries(): number {
    return this.#deliveries;
  }

  set deliveries(count: number) {
    this.#ofRoute.deliveries += count - this.#deliveries;
    this.#deliveries = count;
  }
}
