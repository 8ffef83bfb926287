import type { Broker } from '../core/broker.js';
import { isRouterError, RouterError } from '../core/errors.js';
import type { ServerEvents } from '../core/events.js';
import type { Logger } from '../core/logger.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Meter } from '../core/meter.js';
import type { Publication, PublishEvent } from '../core/publication.js';
import type { Router, Subscriber } from '../core/router.js';
import { type Principal, randomId, type Session } from '../core/session.js';
import type { Topic, TopicHandler, TopicRequest } from '../core/topic.js';
import { authorize } from './access.js';
import { LiveTopic, type TopicContext } from './live-topic.js';
import { Numbering } from './local-publication.js';
import type { RouteTable } from './route-table.js';
import { Sessions } from './sessions.js';
import { within } from './within.js';

export interface RouterParts {
  readonly table: RouteTable;
  readonly handlers: ReadonlyMap<string, TopicHandler>;
  readonly broker: Broker;
  readonly events: ServerEvents;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly limits: RouterLimits;
}

export interface RouterLimits {
  /** Subscriptions of one session. */
  readonly subscriptions: number;
  /** Milliseconds a handler may take to answer. */
  readonly handlerTimeout: number;
}

/**
 * The heart. A subscribe walks route → access → handler → join and may stop anywhere before the join; a publish
 * walks route → access → handler → broker and comes back as `deliver`. Membership changes without an await, hooks
 * run before it (subscribe) or after it (leave).
 */
export class TopicRouter implements Router {
  /** Read for metrics. */
  readonly stats = { publications: 0, deliveries: 0 };
  readonly #parts: RouterParts;
  readonly #topics = new Map<string, LiveTopic>();
  readonly #sessions = new Sessions();
  #lastIdle: LiveTopic | undefined;
  readonly #context: TopicContext;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    this.#context = {
      broker: parts.broker,
      sessions: this.#sessions,
      logger: parts.logger,
      numbering: new Numbering(randomId().slice(0, 12)),
    };
  }

  get sessions(): Iterable<Session> & { readonly size: number } {
    return this.#sessions;
  }

  /** The live channels of this node. */
  get topics(): ReadonlyMap<string, Topic> {
    return this.#topics;
  }

  start(): MaybePromise<void> {
    return this.#parts.broker.start((publication) => this.#deliver(publication));
  }

  open(session: Session): void {
    this.#sessions.add(session);
    this.#parts.events.announce('client_connected', { session });
  }

  async subscribe(subscriber: Subscriber): Promise<Topic> {
    const { session, channel } = subscriber;
    const topic = this.#hold(channel);
    try {
      this.#authorize('subscribe', session, topic);
      this.#checkCount(session);
      await this.#asked(topic.handler.onSubscribe?.(session, topic, topic.request));
      await topic.attach();
      // The peer may have gone while the handler thought: nobody joins after that.
      if (session.closed) throw new RouterError('unavailable', 'the session has ended');
      topic.add(subscriber);
      this.#sessions.joined(subscriber);
      return topic;
    } catch (error) {
      throw this.#refused(error, session, channel);
    } finally {
      this.#release(topic);
    }
  }

  unsubscribe(subscriber: Subscriber): MaybePromise<void> {
    const topic = this.#remove(subscriber);
    return topic === undefined ? undefined : this.#farewell(subscriber.session, topic);
  }

  publish(session: Session, channel: string, event: PublishEvent): MaybePromise<Publication | undefined> {
    try {
      const topic = this.#topics.get(channel) ?? this.#idleTopic(channel);
      this.#authorize('publish', session, topic);
      const done = this.#handlePublish(session, topic, event);
      return isPromise(done) ? this.#settled(done, this.#keep(topic), session) : done;
    } catch (error) {
      throw this.#refused(error, session, channel);
    }
  }

  renew(session: Session, principal: Principal): void {
    const { kind, id } = session.principal;
    if (principal.kind !== kind || principal.id !== id) {
      throw new RouterError('forbidden', 'a session cannot become another user: connect anew');
    }
    session.become(principal);
  }

  async leave(session: Session): Promise<void> {
    const subscribers = this.#sessions.delete(session);
    if (subscribers === undefined) return;
    const left: LiveTopic[] = [];
    for (const subscriber of subscribers) {
      const topic = this.#remove(subscriber);
      if (topic !== undefined) left.push(topic);
    }
    session.closeDown();
    await Promise.all(left.map((topic) => this.#farewell(session, topic)));
    this.#parts.events.announce('client_disconnected', { session });
  }

  channel(routeName: string, params: Readonly<Record<string, string | number>>): string {
    return this.#parts.table.channel(routeName, params);
  }

  #deliver(publication: Publication): void {
    this.stats.publications++;
    const topic = this.#topics.get(publication.channel);
    if (topic !== undefined) this.stats.deliveries += topic.deliver(publication);
  }

  #hold(channel: string): LiveTopic {
    return this.#keep(this.#topics.get(channel) ?? this.#idleTopic(channel));
  }

  /** Makes a topic live until it is released and idle, unless another has become so meanwhile. */
  #keep(topic: LiveTopic): LiveTopic {
    if (!this.#topics.has(topic.channel)) this.#topics.set(topic.channel, topic);
    return topic.hold();
  }

  /** A topic that nobody is subscribed to. The last one is remembered, as such publications come in runs. */
  #idleTopic(channel: string): LiveTopic {
    if (this.#lastIdle?.channel !== channel) this.#lastIdle = this.#create(channel);
    return this.#lastIdle;
  }

  #create(channel: string): LiveTopic {
    const request = this.#parts.table.match(channel);
    if (request === undefined) throw new RouterError('no_such_route', `no route matches ${channel}`);
    return new LiveTopic(request, this.#handler(request), this.#context);
  }

  #handler({ route }: TopicRequest): TopicHandler {
    const handler = this.#parts.handlers.get(route.handler ?? '');
    if (handler !== undefined) return handler;
    throw new RouterError('unavailable', `route ${route.name} has no handler ${route.handler}`);
  }

  #release(topic: LiveTopic): void {
    topic.release();
    if (!topic.idle) return;
    if (this.#topics.get(topic.channel) === topic) this.#topics.delete(topic.channel);
    const done = topic.detach();
    if (isPromise(done))
      done.catch((error: unknown) => this.#parts.logger.error({ error }, 'broker unsubscribe failed'));
  }

  #authorize(operation: 'subscribe' | 'publish', session: Session, topic: LiveTopic): void {
    authorize(operation, session.principal, topic.request, topic.handler);
  }

  #checkCount(session: Session): void {
    const limit = this.#parts.limits.subscriptions;
    if (this.#sessions.subscribersOf(session).size < limit) return;
    throw new RouterError('limit_exceeded', `this connection has limits.subscriptions of ${limit} already`);
  }

  #handlePublish(
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

  async #settled(
    done: Promise<Publication | undefined>,
    topic: LiveTopic,
    session: Session,
  ): Promise<Publication | undefined> {
    try {
      return await this.#asked(done);
    } catch (error) {
      throw this.#refused(error, session, topic.channel);
    } finally {
      this.#release(topic);
    }
  }

  /** A handler's answer, in time. */
  #asked<T>(answer: MaybePromise<T>): MaybePromise<T> {
    if (!isPromise(answer)) return answer;
    const { handlerTimeout } = this.#parts.limits;
    const late = () =>
      new RouterError(
        'timeout',
        `the handler took longer than limits.handler_timeout of ${handlerTimeout} ms`,
      );
    return within(handlerTimeout, answer, late);
  }

  /** What the peer may be told. The log gets the rest. */
  #refused(error: unknown, session: Session, channel: string): RouterError {
    const refusal = RouterError.from(error, 'handler_failed');
    this.#parts.meter.count('signalbox_refusals_total', { code: refusal.code });
    if (!isRouterError(error)) {
      this.#parts.logger.error({ session: session.id, channel, error }, 'handler failed');
      this.#parts.events.announce('client_error', { session, channel, error });
    }
    return refusal;
  }

  /** Takes a subscriber out of its topic at once; the topic is held for the hook that follows. */
  #remove(subscriber: Subscriber): LiveTopic | undefined {
    const topic = this.#topics.get(subscriber.channel);
    if (topic?.remove(subscriber) !== true) return undefined;
    this.#sessions.left(subscriber);
    return topic.hold();
  }

  /** Tells the handler that a session has left. It cannot refuse. */
  async #farewell(session: Session, topic: LiveTopic): Promise<void> {
    try {
      await this.#asked(topic.handler.onUnsubscribe?.(session, topic, topic.request));
    } catch (error) {
      this.#refused(error, session, topic.channel);
    } finally {
      this.#release(topic);
    }
  }
}
