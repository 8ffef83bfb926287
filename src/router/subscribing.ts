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
import type { Routing } from './routing.js';
import type { Sessions } from './sessions.js';
import type { Topics } from './topics.js';

export interface SubscribingParts {
  readonly routing: Routing;
  readonly topics: Topics;
  readonly patterns: PatternGroups;
  readonly sessions: Sessions;
  readonly memberships: Memberships;
  readonly recovering: Recovering;
  readonly refusals: Refusals;
  readonly limits: RouterLimits;
}

/** Times that a subscribe is decided where the routes change while it is. */
const ATTEMPTS = 3;

/** The walk of a subscribe, which may stop anywhere before the join: nobody has joined then, and nothing is left behind. */
export class Subscribing {
  readonly #parts: SubscribingParts;

  constructor(parts: SubscribingParts) {
    this.#parts = parts;
  }

  async toChannel(subscriber: Subscriber): Promise<LiveTopic> {
    const { topics, refusals } = this.#parts;
    const { session, channel } = subscriber;
    let topic: LiveTopic | undefined;
    try {
      const held = (topic = topics.hold(topics.find(channel)));
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (await this.#walk(subscriber, held)) return held;
      }
      throw new RouterError('unavailable', 'the routes have changed again and again meanwhile');
    } catch (error) {
      throw refusals.on(error, { operation: 'subscribe', session, channel, topic });
    } finally {
      if (topic !== undefined) topics.release(topic);
    }
  }

  /** False where the channel has got another route meanwhile, which decides. */
  async #walk(subscriber: Subscriber, topic: LiveTopic): Promise<boolean> {
    const { sessions, memberships, recovering, limits } = this.#parts;
    const { session } = subscriber;
    const { principal } = session;
    const { moves } = topic;
    let isJoined = false;
    topic.checkSubscriber(session);
    checkSubscription(sessions, subscriber, { group: topic, limits });
    await inTime(askHandler(session, topic), limits.handlerTimeout);
    await topic.attach();
    await recovering.arrive(subscriber, topic, (arrival) => {
      if (topic.moves !== moves) return;
      // The peer may have gone, or may be somebody else, while the handler thought: nobody joins after that.
      checkPresent(subscriber);
      if (session.principal !== principal) topic.checkSubscriber(session);
      memberships.join(subscriber, topic, arrival);
      memberships.welcome(session, topic);
      isJoined = true;
    });
    return isJoined;
  }

  /** Nobody is asked, since access is for each channel that the pattern matches, and asked for each delivery. */
  async toPattern(subscriber: Subscriber, match: PatternMatch): Promise<PatternGroup> {
    const { routing, patterns, sessions, memberships, refusals, limits } = this.#parts;
    const { session, channel } = subscriber;
    let group: PatternGroup | undefined;
    try {
      routing.table.checkPattern({ match, channel });
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
