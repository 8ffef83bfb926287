import type { RouterError } from '../core/errors.js';
import type { ServerEvents } from '../core/events.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import { timed } from '../core/timed.js';
import { isFor } from './archive.js';
import type { Host } from './awaiting.js';
import type { Group } from './group.js';
import { inTime } from './in-time.js';
import { LiveTopic } from './live-topic.js';
import { PatternGroup, type PatternGroups } from './pattern-groups.js';
import { presenceChannel } from './presence-channel.js';
import type { Arrival } from './recovering.js';
import type { Refusals } from './refusals.js';
import type { Sessions } from './sessions.js';
import type { Topics } from './topics.js';

export interface MembershipParts {
  readonly sessions: Sessions;
  readonly topics: Topics;
  readonly patterns: PatternGroups;
  readonly refusals: Refusals;
  readonly events: ServerEvents;
  /** Milliseconds a handler may take to answer. */
  readonly handlerTimeout: number;
}

/** A subscriber that has been taken out of its group, of which nobody has heard yet. */
interface Departure {
  readonly session: Session;
  readonly group: Group;
  /** Who has let it in, on a channel. */
  readonly host: Host | undefined;
  /** Whether nobody is left. */
  readonly last: boolean;
}

const PLAIN: Arrival = { start: { position: undefined, recovered: undefined }, first: [] };

/** Who is subscribed to what. It changes without an await; the handlers hear of it after. */
export class Memberships {
  readonly #parts: MembershipParts;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  /** What it missed goes out before anything else. */
  join(subscriber: Subscriber, group: Group, arrival: Arrival = PLAIN): void {
    const { session } = subscriber;
    const first = group.add(subscriber);
    this.#parts.sessions.joined(subscriber);
    subscriber.joined?.(group, arrival.start);
    for (const publication of arrival.first) {
      if (isFor(session, publication)) session.connection.send(subscriber.encode(publication, group));
    }
    group.begin(subscriber);
    const { events } = this.#parts;
    if (events.hears('subscribed')) events.announce('subscribed', { session, group, first });
  }

  /** Tells the handler of a session that has joined; nobody waits for that. */
  welcome(session: Session, topic: LiveTopic): void {
    const { handler, request } = topic;
    if (handler.onSubscribed === undefined) return;
    void this.#tell(topic, session, () => handler.onSubscribed?.(session, topic, request));
  }

  end(subscriber: Subscriber): MaybePromise<void> {
    const departure = this.#remove(subscriber);
    return departure && this.#farewell(departure);
  }

  /** Takes the session out of all groups, then tells the handlers; undefined if it was not known. */
  leave(session: Session): Promise<unknown> | undefined {
    const subscribers = this.#parts.sessions.delete(session);
    if (subscribers === undefined) return undefined;
    const left: Departure[] = [];
    for (const subscriber of subscribers) {
      const departure = this.#remove(subscriber);
      if (departure !== undefined) left.push(departure);
    }
    session.closeDown();
    return Promise.all(left.map((departure) => this.#farewell(departure)));
  }

  /** Ends the subscriptions of a session that it may not have any more. */
  reauthorize(session: Session): void {
    this.#reauthorize(this.#parts.sessions.subscribersOf(session));
  }

  /** Ends the subscriptions of groups that their sessions may not have any more. */
  reauthorizeAll(...groups: readonly Group[]): number {
    const [first] = groups;
    if (first !== undefined && groups.length === 1) return this.#reauthorize(first.subscribers);
    return this.#reauthorize(new Set(groups.flatMap(({ subscribers }) => [...subscribers])));
  }

  /** Ends one subscription, and tells its peer why. */
  refuse(subscriber: Subscriber, topic: LiveTopic, error: unknown): void {
    const why = this.#refused(error, subscriber.session, topic);
    const departure = this.#remove(subscriber);
    if (departure === undefined) return;
    void this.#farewell(departure);
    subscriber.ended(why);
  }

  /** First all are taken out, then they are told: whatever goes wrong with one leaves no other subscribed. */
  #reauthorize(subscribers: ReadonlySet<Subscriber>): number {
    const ended: {
      readonly subscriber: Subscriber;
      readonly departure: Departure;
      readonly why: RouterError;
    }[] = [];
    for (const subscriber of [...subscribers]) {
      const why = this.#denial(subscriber);
      if (why === undefined) continue;
      const departure = this.#remove(subscriber);
      if (departure !== undefined) ended.push({ subscriber, departure, why });
    }
    for (const { departure } of ended) void this.#farewell(departure);
    for (const { subscriber, why } of ended) subscriber.ended(why);
    return ended.length;
  }

  /** Why a subscription may not be had any more; undefined if it may, as a pattern: access is asked for each delivery. */
  #denial(subscriber: Subscriber): RouterError | undefined {
    const { session } = subscriber;
    const topic = this.#groupOf(subscriber);
    if (!(topic instanceof LiveTopic)) return undefined;
    try {
      topic.checkSubscriber(session);
      return undefined;
    } catch (error) {
      return this.#refused(error, session, topic);
    }
  }

  #groupOf({ channel, match }: Subscriber): Group | undefined {
    const { topics, patterns } = this.#parts;
    return match === undefined ? topics.live.get(channel) : patterns.get(match, channel);
  }

  /** Takes a subscriber out of its group at once; the group is held for what follows. */
  #remove(subscriber: Subscriber): Departure | undefined {
    const group = this.#groupOf(subscriber);
    const host = group instanceof LiveTopic ? group.hostOf(subscriber) : undefined;
    if (group?.remove(subscriber) !== true) return undefined;
    this.#parts.sessions.left(subscriber);
    return { session: subscriber.session, group: group.hold(), host, last: group.size === 0 };
  }

  /** Tells of a session that has left. */
  #farewell(departure: Departure): MaybePromise<void> {
    const { session, group, host } = departure;
    const { events, patterns } = this.#parts;
    if (events.hears('unsubscribed')) events.announce('unsubscribed', departure);
    if (group instanceof PatternGroup) patterns.release(group);
    else if (group instanceof LiveTopic) return this.#bidFarewell(session, group, host ?? group);
  }

  async #bidFarewell(session: Session, topic: LiveTopic, { handler, request, times }: Host): Promise<void> {
    if (request.route.presence !== undefined && !topic.decidesByAccess) this.#endWatching(session, topic);
    const hook = () => handler.onUnsubscribe?.(session, topic, request);
    await this.#tell(topic, session, () => timed(times.unsubscribe, hook));
    this.#parts.topics.release(topic);
  }

  /** Where the handler decides who may subscribe, its subscribers alone may watch who is there. */
  #endWatching(session: Session, { channel }: LiveTopic): void {
    const { sessions } = this.#parts;
    const { kind, id = '' } = session.principal;
    const watching = presenceChannel(channel);
    for (const own of new Set([session, ...(kind === 'user' ? sessions.ofUser(id) : [])])) {
      const watchers = [...sessions.subscribersOf(own)].filter((one) => one.channel === watching);
      if (watchers.length > 0) this.#reauthorize(new Set(watchers));
    }
  }

  /** The handler cannot refuse. */
  async #tell(topic: LiveTopic, session: Session, hook: () => MaybePromise<void>): Promise<void> {
    try {
      await inTime(hook(), this.#parts.handlerTimeout);
    } catch (error) {
      this.#refused(error, session, topic);
    }
  }

  #refused(error: unknown, session: Session, topic: LiveTopic): RouterError {
    const { channel } = topic;
    return this.#parts.refusals.on(error, { operation: 'subscribe', session, channel, topic });
  }
}
