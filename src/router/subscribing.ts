import { RouterError } from '../core/errors.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import { timed } from '../core/timed.js';
import type { OperationTrace, Tracer } from '../core/tracer.js';
import { isFor } from './archive.js';
import { inTime } from './in-time.js';
import { checkSubscription, type RouterLimits } from './limits.js';
import type { LiveTopic } from './live-topic.js';
import type { Memberships } from './memberships.js';
import type { PatternGroup, PatternGroups, PatternMatch } from './pattern-groups.js';
import type { Arrival, Recovering } from './recovering.js';
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
  readonly tracer?: Tracer | undefined;
}

/** Times that a subscribe is decided where the routes change while it is. */
const ATTEMPTS = 3;

/** The walk of a subscribe, which may stop anywhere before the join: nobody has joined then, and nothing is left behind. */
export class Subscribing {
  readonly #parts: SubscribingParts;

  constructor(parts: SubscribingParts) {
    this.#parts = parts;
  }

  toChannel(subscriber: Subscriber): Promise<LiveTopic> {
    const trace = this.#trace(subscriber);
    if (trace === undefined) return this.#toChannel(subscriber, undefined);
    return Promise.resolve(trace.follow(() => this.#toChannel(subscriber, trace)));
  }

  /** Nobody is asked, since access is for each channel that the pattern matches, and asked for each delivery. */
  toPattern(subscriber: Subscriber, match: PatternMatch): Promise<PatternGroup> {
    const trace = this.#trace(subscriber);
    if (trace === undefined) return this.#toPattern(subscriber, match);
    return Promise.resolve(trace.follow(() => this.#toPattern(subscriber, match)));
  }

  #trace(subscriber: Subscriber): OperationTrace | undefined {
    return this.#parts.tracer?.begin('subscribe', subscriber.session, subscriber.channel, subscriber);
  }

  async #toChannel(subscriber: Subscriber, trace: OperationTrace | undefined): Promise<LiveTopic> {
    const { topics, refusals } = this.#parts;
    const { session, channel } = subscriber;
    let topic: LiveTopic | undefined;
    try {
      const held = (topic = topics.hold(topics.find(channel)));
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (await this.#walk(subscriber, held, trace)) return held;
      }
      throw new RouterError('unavailable', 'the routes have changed again and again meanwhile');
    } catch (error) {
      throw refusals.on(error, { operation: 'subscribe', session, channel, topic });
    } finally {
      if (topic !== undefined) topics.release(topic);
    }
  }

  /** False where the channel has got another route meanwhile, which decides. */
  async #walk(subscriber: Subscriber, topic: LiveTopic, trace: OperationTrace | undefined): Promise<boolean> {
    const { sessions, memberships, recovering, limits } = this.#parts;
    const { session } = subscriber;
    const { principal } = session;
    const { moves } = topic;
    let isJoined = false;
    topic.checkSubscriber(session);
    checkSubscription(sessions, subscriber, { group: topic, limits });
    trace?.allowed(topic.request.route);
    await inTime(askHandler(session, topic, trace), limits.handlerTimeout);
    await topic.attach();
    await recovering.arrive(subscriber, topic, (arrival) => {
      if (topic.moves !== moves) return;
      // The peer may have gone, or may be somebody else, while the handler thought: nobody joins after that.
      checkPresent(subscriber);
      if (session.principal !== principal) topic.checkSubscriber(session);
      this.#join(subscriber, topic, { arrival, trace });
      memberships.welcome(session, topic);
      isJoined = true;
    });
    return isJoined;
  }

  /** What it gets first is noted where it is of traces: it was published in those. */
  #join(
    subscriber: Subscriber,
    topic: LiveTopic,
    { arrival, trace }: { readonly arrival: Arrival; readonly trace: OperationTrace | undefined },
  ): void {
    const { memberships, tracer } = this.#parts;
    const join = () => memberships.join(subscriber, topic, arrival);
    if (tracer === undefined || arrival.first.length === 0) {
      join();
      return;
    }
    const publications = arrival.first.filter((one) => isFor(subscriber.session, one));
    (trace ?? tracer).replay({ publications, route: topic.request.route }, join);
  }

  async #toPattern(subscriber: Subscriber, match: PatternMatch): Promise<PatternGroup> {
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

function askHandler(
  session: Session,
  topic: LiveTopic,
  trace: OperationTrace | undefined,
): MaybePromise<void> {
  const { handler, request, times } = topic;
  const ask = () => timed(times.subscribe, () => handler.onSubscribe?.(session, topic, request));
  return trace === undefined || handler.onSubscribe === undefined ? ask() : trace.handle(ask);
}

function checkPresent({ session }: Subscriber): void {
  if (session.closed) throw new RouterError('unavailable', 'the session has ended');
}
