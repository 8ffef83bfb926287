import type { Broker } from '../core/broker.js';
import { type Disconnect, RouterError } from '../core/errors.js';
import type { ServerEvents } from '../core/events.js';
import { every } from '../core/interval.js';
import type { Logger } from '../core/logger.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import { countLimit, type Meter } from '../core/meter.js';
import type { Payload } from '../core/payload.js';
import type { Publication, PublishEvent } from '../core/publication.js';
import type { Operation } from '../core/route.js';
import type { Router, Subscriber } from '../core/router.js';
import type { Principal, Session } from '../core/session.js';
import type { Rights, SessionControl, SessionSelector } from '../core/session-control.js';
import type { Topic, TopicHandler } from '../core/topic.js';
import { Identities, type IdentitySettings } from './identities.js';
import { inTime } from './in-time.js';
import { checkPublication, checkSubscription, type RouterLimits, sessionTooMany } from './limits.js';
import { type LiveTopic, questionOf } from './live-topic.js';
import { Numbering } from './local-publication.js';
import { Memberships } from './memberships.js';
import { Refusals } from './refusals.js';
import type { RouteTable } from './route-table.js';
import { ServedRoutes } from './served-route.js';
import { Sessions } from './sessions.js';
import { Topics } from './topics.js';

export interface RouterParts {
  readonly table: RouteTable;
  readonly handlers: ReadonlyMap<string, TopicHandler>;
  readonly broker: Broker;
  readonly events: ServerEvents;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits: RouterLimits;
  readonly identity: IdentitySettings;
  /** Whether refusals explain themselves to the peer. */
  readonly development: boolean;
}

/**
 * The heart. A subscribe walks route → access → handler → join and may stop anywhere before the join; a publish
 * walks route → access → handler → broker and comes back as `deliver`. Membership changes without an await, hooks
 * run before it (subscribe) or after it (leave).
 */
export class TopicRouter implements Router, SessionControl {
  /** Read for metrics. */
  readonly stats = { publications: 0, deliveries: 0 };
  readonly #parts: RouterParts;
  readonly #topics: Topics;
  readonly #sessions = new Sessions();
  readonly #memberships: Memberships;
  readonly #identities: Identities;
  readonly #refusals: Refusals;
  #stop: (() => void) | undefined;

  constructor(parts: RouterParts) {
    const { table, handlers, broker, logger } = parts;
    this.#parts = parts;
    this.#refusals = new Refusals(parts);
    this.#topics = new Topics(table, new ServedRoutes(handlers), {
      broker,
      sessions: this.#sessions,
      logger,
      numbering: new Numbering(),
      groups: counter(),
    });
    this.#memberships = new Memberships({
      sessions: this.#sessions,
      topics: this.#topics,
      refusals: this.#refusals,
      handlerTimeout: parts.limits.handlerTimeout,
    });
    this.#identities = new Identities({
      ...parts.identity,
      sessions: this.#sessions,
      clock: Date.now,
      reauthorize: (session) => this.#memberships.reauthorize(session),
      disconnect: (sessions, why) => this.#disconnect(sessions, why),
    });
  }

  get sessions(): Iterable<Session> & { readonly size: number } {
    return this.#sessions;
  }

  /** The live channels of this node. */
  get topics(): ReadonlyMap<string, Topic> {
    return this.#topics.live;
  }

  start(): MaybePromise<void> {
    const failed = (error: unknown) => this.#parts.logger.error({ error }, 'identity check failed');
    this.#stop = every(1000, () => this.#identities.tick(), failed);
    return this.#parts.broker.start((publication) => this.#deliver(publication));
  }

  stop(): void {
    this.#stop?.();
  }

  open(session: Session): void {
    const refusal = sessionTooMany(this.#sessions, session.principal, this.#parts.limits);
    if (refusal !== undefined) {
      countLimit(this.#parts.meter, refusal);
      throw refusal;
    }
    this.#sessions.add(session);
    this.#identities.watch(session);
    this.#parts.events.announce('client_connected', { session });
  }

  async subscribe(subscriber: Subscriber): Promise<Topic> {
    const { session, channel } = subscriber;
    let topic: LiveTopic | undefined;
    try {
      topic = this.#topics.hold(this.#topics.find(channel));
      const { principal } = session;
      topic.access.check('subscribe', questionOf(principal, topic));
      checkSubscription(this.#sessions, subscriber, { topic, limits: this.#parts.limits });
      await inTime(
        topic.handler.onSubscribe?.(session, topic, topic.request),
        this.#parts.limits.handlerTimeout,
      );
      await topic.attach();
      // The peer may have gone, or may be somebody else, while the handler thought: nobody joins after that.
      if (session.closed) throw new RouterError('unavailable', 'the session has ended');
      if (session.principal !== principal)
        topic.access.check('subscribe', questionOf(session.principal, topic));
      this.#memberships.join(subscriber, topic);
      subscriber.joined?.(topic);
      return topic;
    } catch (error) {
      throw this.#refused(error, 'subscribe', session, { channel, topic });
    } finally {
      if (topic !== undefined) this.#topics.release(topic);
    }
  }

  unsubscribe(subscriber: Subscriber): MaybePromise<void> {
    return this.#memberships.end(subscriber);
  }

  publish(session: Session, channel: string, event: PublishEvent): MaybePromise<Publication | undefined> {
    let topic: LiveTopic | undefined;
    try {
      if (session.closed) throw new RouterError('unavailable', 'the session has ended');
      topic = this.#topics.find(channel);
      topic.access.check('publish', questionOf(session.principal, topic, event.payload));
      checkPublication(session, topic, { payload: event.payload, limits: this.#parts.limits });
      const done = handlePublish(session, topic, event);
      return isPromise(done) ? this.#settled(done, this.#topics.hold(topic), session) : done;
    } catch (error) {
      throw this.#refused(error, 'publish', session, { channel, topic, payload: event.payload });
    }
  }

  renew(session: Session, principal: Principal): void {
    this.#identities.renew(session, principal);
  }

  async leave(session: Session): Promise<void> {
    const told = this.#memberships.leave(session);
    if (told === undefined) return;
    this.#identities.forget(session);
    await told;
    this.#parts.events.announce('client_disconnected', { session });
  }

  resolve(name: string): string {
    return this.#parts.table.resolve(name);
  }

  retained(): readonly Publication[] {
    return [];
  }

  channel(routeName: string, params: Readonly<Record<string, string | number>>): string {
    return this.#parts.table.channel(routeName, params);
  }

  disconnect(who: SessionSelector, why: Disconnect): number {
    const found = this.#sessions.select(who);
    this.#disconnect(found, why);
    return found.length;
  }

  setRights(user: string, { roles, organizations }: Rights): number {
    const found = this.#sessions.select({ user });
    for (const session of found) {
      this.#identities.change(session, { ...session.principal, roles, organizations });
    }
    return found.length;
  }

  /** Nothing reaches any of them before the first is told. */
  #disconnect(sessions: readonly Session[], why: Disconnect): void {
    for (const session of sessions) void this.leave(session);
    for (const session of sessions) session.disconnect(why);
  }

  #deliver(publication: Publication): void {
    this.stats.publications++;
    const topic = this.#topics.live.get(publication.channel);
    if (topic === undefined) return;
    if (topic.access.timely.subscribe) this.#memberships.reauthorizeAll(topic);
    this.stats.deliveries += topic.deliver(publication);
  }

  async #settled(
    done: Promise<Publication | undefined>,
    topic: LiveTopic,
    session: Session,
  ): Promise<Publication | undefined> {
    try {
      return await inTime(done, this.#parts.limits.handlerTimeout);
    } catch (error) {
      throw this.#refused(error, 'publish', session, { channel: topic.channel, topic });
    } finally {
      this.#topics.release(topic);
    }
  }

  /** What the peer may be told. */
  #refused(
    error: unknown,
    operation: Operation,
    session: Session,
    { channel, topic, payload }: { channel: string; topic?: LiveTopic | undefined; payload?: Payload },
  ): RouterError {
    const question = topic && questionOf(session.principal, topic, payload);
    return this.#refusals.of(error, {
      operation,
      session,
      channel,
      ...(question && { judge: (options) => topic.access.judge(operation, question, options) }),
    });
  }
}

/** Numbers from 1. */
function counter(): { next(): number } {
  let last = 0;
  return { next: () => ++last };
}

function handlePublish(
  session: Session,
  topic: LiveTopic,
  event: PublishEvent,
): MaybePromise<Publication | undefined> {
  const { handler, request } = topic;
  if (handler.onPublish === undefined) {
    throw new RouterError('not_publishable', `handler ${request.route.handler} accepts no publications`);
  }
  return handler.onPublish(session, topic, request, event) as MaybePromise<Publication | undefined>;
}
