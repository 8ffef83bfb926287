import type { RouterError } from '../core/errors.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import { inTime } from './in-time.js';
import { type LiveTopic, questionOf } from './live-topic.js';
import type { Refusals } from './refusals.js';
import type { Sessions } from './sessions.js';
import type { Topics } from './topics.js';

export interface MembershipParts {
  readonly sessions: Sessions;
  readonly topics: Topics;
  readonly refusals: Refusals;
  /** Milliseconds a handler may take to answer. */
  readonly handlerTimeout: number;
}

/** Who is subscribed to what. It changes without an await; the handlers hear of it after. */
export class Memberships {
  readonly #parts: MembershipParts;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  join(subscriber: Subscriber, topic: LiveTopic): void {
    topic.add(subscriber);
    this.#parts.sessions.joined(subscriber);
  }

  end(subscriber: Subscriber): MaybePromise<void> {
    const topic = this.#remove(subscriber);
    return topic === undefined ? undefined : this.#farewell(subscriber.session, topic);
  }

  /** Takes the session out of all topics, then tells the handlers; undefined if it was not known. */
  leave(session: Session): Promise<unknown> | undefined {
    const subscribers = this.#parts.sessions.delete(session);
    if (subscribers === undefined) return undefined;
    const left: LiveTopic[] = [];
    for (const subscriber of subscribers) {
      const topic = this.#remove(subscriber);
      if (topic !== undefined) left.push(topic);
    }
    session.closeDown();
    return Promise.all(left.map((topic) => this.#farewell(session, topic)));
  }

  /** Ends the subscriptions of a session that it may not have any more. */
  reauthorize(session: Session): void {
    this.#reauthorize(this.#parts.sessions.subscribersOf(session));
  }

  /** Ends the subscriptions of a topic that their sessions may not have any more. */
  reauthorizeAll(topic: LiveTopic): void {
    this.#reauthorize(topic.subscribers);
  }

  /** First all are taken out, then they are told: whatever goes wrong with one leaves no other subscribed. */
  #reauthorize(subscribers: ReadonlySet<Subscriber>): void {
    const ended: { readonly subscriber: Subscriber; readonly topic: LiveTopic; readonly why: RouterError }[] =
      [];
    for (const subscriber of [...subscribers]) {
      const why = this.#denial(subscriber);
      if (why === undefined) continue;
      const topic = this.#remove(subscriber);
      if (topic !== undefined) ended.push({ subscriber, topic, why });
    }
    for (const { subscriber, topic } of ended) void this.#farewell(subscriber.session, topic);
    for (const { subscriber, why } of ended) subscriber.ended(why);
  }

  /** Why a subscription may not be had any more; undefined if it may. */
  #denial({ session, channel }: Subscriber): RouterError | undefined {
    const topic = this.#parts.topics.live.get(channel);
    try {
      topic?.access.check('subscribe', questionOf(session.principal, topic));
      return undefined;
    } catch (error) {
      return topic && this.#refused(error, session, topic);
    }
  }

  /** Takes a subscriber out of its topic at once; the topic is held for the hook that follows. */
  #remove(subscriber: Subscriber): LiveTopic | undefined {
    const topic = this.#parts.topics.live.get(subscriber.channel);
    if (topic?.remove(subscriber) !== true) return undefined;
    this.#parts.sessions.left(subscriber);
    return topic.hold();
  }

  /** Tells the handler that a session has left. It cannot refuse. */
  async #farewell(session: Session, topic: LiveTopic): Promise<void> {
    const { handler, request } = topic;
    try {
      await inTime(handler.onUnsubscribe?.(session, topic, request), this.#parts.handlerTimeout);
    } catch (error) {
      this.#refused(error, session, topic);
    } finally {
      this.#parts.topics.release(topic);
    }
  }

  #refused(error: unknown, session: Session, topic: LiveTopic): RouterError {
    return this.#parts.refusals.of(error, {
      operation: 'subscribe',
      session,
      channel: topic.channel,
      judge: (options) => topic.access.judge('subscribe', questionOf(session.principal, topic), options),
    });
  }
}
