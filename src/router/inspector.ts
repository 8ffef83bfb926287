import type { Broker } from '../core/broker.js';
import type {
  CountedTopic,
  KeptQuery,
  RouteFigures,
  RouterInspection,
  Tailed,
  TailQuery,
} from '../core/inspection.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { PresenceReport } from '../core/presence.js';
import type { Publication } from '../core/publication.js';
import type { HeldQueue, Queues } from '../core/queue.js';
import type { Route } from '../core/route.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import { presenceReport } from './presence-report.js';
import type { Routing } from './routing.js';
import type { Sessions } from './sessions.js';
import type { Tails } from './tails.js';
import type { Topics } from './topics.js';

export interface InspectorParts {
  readonly broker: Broker;
  readonly sessions: Sessions;
  readonly topics: Topics;
  readonly tails: Tails;
  readonly routing: Routing;
  readonly queues?: Queues | undefined;
}

/** What operators see of a router. Access is not asked, since they may see everything. */
export class Inspector implements RouterInspection {
  readonly #parts: InspectorParts;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
  }

  get sessions(): Iterable<Session> {
    return this.#parts.sessions;
  }

  get topics(): ReadonlyMap<string, CountedTopic> {
    return this.#parts.topics.live;
  }

  get routeFigures(): ReadonlyMap<string, RouteFigures> {
    return this.#parts.routing.tallies.all;
  }

  has(session: Session): boolean {
    return this.#parts.sessions.has(session);
  }

  subscribersOf(session: Session): ReadonlySet<Subscriber> {
    return this.#parts.sessions.subscribersOf(session);
  }

  tail(query: TailQuery, told: (tailed: Tailed) => void): () => void {
    return this.#parts.tails.open(query, told);
  }

  async kept(channel: string, { after, limit }: KeptQuery): Promise<readonly Publication[]> {
    const { broker, topics } = this.#parts;
    const topic = topics.find(channel);
    if (topic.history === undefined) return [];
    const all = await broker.history({ channel: topic.channel, match: 'exact' });
    if (after === undefined) return all.slice(-limit);
    return all.filter(({ position }) => position !== undefined && position.offset > after).slice(0, limit);
  }

  async presence(channel: string): Promise<PresenceReport> {
    return presenceReport(this.#parts.topics.find(channel));
  }

  queues(most: number): MaybePromise<readonly HeldQueue[]> {
    return this.#parts.queues?.list(most) ?? [];
  }

  routeOf(channel: string): Route {
    return this.#parts.topics.find(channel).request.route;
  }
}
