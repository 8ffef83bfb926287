import { RouterError } from '../core/errors.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import { timed } from '../core/timed.js';
import { inTime } from './in-time.js';
import { checkSubscription, type RouterLimits } from './limits.js';
import type { LiveTopic } from './live-topic.js';
import type { Memberships } from './memberships.js';
import type { PatternGroup, PatternGroups, PatternMatch } from './pattern-groups.js';
import type { Recovering } from './recovering.js';
import type { Refusals } from './refusals.js';
import type { RouteTable } from './route-table.js';
import type { Sessions } from './sessions.js';
import type { Topics } from './topics.js';

export interface SubscribingParts {
  readonly table: RouteTable;
  readonly topics: Topics;
  readonly patterns: PatternGroups;
  readonly sessions: Sessions;
  readonly memberships: Memberships;
  readonly recovering: Recovering;
  readonly refusals: Refusals;
  readonly limits: RouterLimits;
}

/** The walk of a subscribe, which may stop anywhere before the join: nobody has joined then, and nothing is left behind. */
export class Subscribing {
  readonly #parts: SubscribingParts;

  constructor(parts: SubscribingParts) {
    this.#parts = parts;
  }

  async toChannel(subscriber: Subscriber): Promise<LiveTopic> {
    const { topics, sessions, memberships, recovering, refusals, limits } = this.#parts;
    const { session, channel } = subscriber;
    let topic: LiveTopic | undefined;
    try {
      const held = (topic = topics.hold(topics.find(channel)));
      const { principal } = session;
      held.checkSubscriber(session);
      checkSubscription(sessions, subscriber, { group: held, limits });
      await inTime(askHandler(session, held), limits.handlerTimeout);
      await held.attach();
      await recovering.arrive(subscriber, held, (arrival) => {
        // The peer may have gone, or may be somebody else, while the handler thought: nobody joins after that.
        checkPresent(subscriber);
        if (session.principal !== principal) held.checkSubscriber(session);
        memberships.join(subscriber, held, arrival);
        memberships.welcome(session, held);
      });
      return held;
    } catch (error) {
      throw refusals.on(error, { operation: 'subscribe', session, channel, topic });
    } finally {
      if (topic !== undefined) topics.release(topic);
    }
  }

  /** Nobody is asked, since access is for each channel that the pattern matches, and asked for each delivery. */
  async toPattern(subscriber: Subscriber, match: PatternMatch): Promise<PatternGroup> {
    const { table, patterns, sessions, memberships, refusals, limits } = this.#parts;
    const { session, channel } = subscriber;
    let group: PatternGroup | undefined;
    try {
      table.checkPattern({ match, channel });
      checkPresent(subscriber);
      group = patterns.hold(match, channel);
      checkSubscription(sessions, subscriber, { group, limits });
      await group.attach();
      checkPresent(subscriber);
      memberships.join(subscriber, group);
      return group;
    } catch (error) {
      throw refusals.on(error, { operation: 'subscribe', session, channel });
    } finally {
      if (group !== undefined) patterns.release(group);
    }
  }
}

function askHandler(session: Session, topic: LiveTopic): MaybePromise<void> {
  const { handler, request, times } = topic;
  return timed(times.subscribe, () => handler.onSubscribe?.(session, topic, request));
}

function checkPresent({ session }: Subscriber): void {
  if (session.closed) throw new RouterError('unavailable', 'the session has ended');
}
