import type { HistoryPolicy } from '../core/route.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import type { Topic, TopicHandler, TopicRequest } from '../core/topic.js';
import { type ChannelAccess, questionOf } from './access.js';
import { Awaiting, asksAlike, type Host } from './awaiting.js';
import { Group } from './group.js';
import type { GroupContext } from './group-context.js';
import { historyOf } from './keeping.js';
import { QueueConsumers } from './queue-consumers.js';
import type { RouteTally } from './route-tally.js';
import type { Placement } from './routing.js';
import type { ServedRoute } from './served-route.js';
import { SlowSubscribers } from './slow-subscribers.js';
import { TopicTimers } from './topic-timers.js';
import { WITHDRAWN_ACCESS } from './withdrawn-access.js';

/** Who is subscribed to one channel by its route, which may become another while they are. */
export abstract class RoutedGroup extends Group {
  readonly match = 'exact';
  request: TopicRequest;
  handler: TopicHandler;
  access: ChannelAccess;
  publishes: ServedRoute['publishes'];
  times: ServedRoute['times'];
  tally: RouteTally;
  /** How often the channel has got another route, handler or access. */
  moves = 0;
  protected readonly context: GroupContext;
  /** That of the routing that its route is of. */
  #edition: number;
  #isWithdrawn = false;
  #timers: TopicTimers | undefined;
  #consumers: QueueConsumers | undefined;
  #slow: SlowSubscribers | undefined;

  constructor(
    request: TopicRequest,
    { handler, access, publishes, times, tally }: ServedRoute,
    context: GroupContext,
  ) {
    super(context);
    this.request = request;
    this.handler = handler;
    this.access = access;
    this.publishes = publishes;
    this.times = times;
    this.tally = tally;
    this.context = context;
    this.#edition = context.routing.edition;
  }

  get channel(): string {
    return this.request.channel;
  }

  /** Whether no route matches the channel any more. */
  get isWithdrawn(): boolean {
    return this.#isWithdrawn;
  }

  /** Whether patterns and readers of the history may get what is published here without the handler's being asked. */
  get decidesByAccess(): boolean {
    return this.handler.onSubscribe === undefined || this.handler.patterns === true;
  }

  /** What is kept of what is published here, in the order of positions; undefined where nothing is. */
  get history(): HistoryPolicy | undefined {
    return historyOf(this.request.route);
  }

  /** Throws `forbidden` for a session that may not be subscribed, and `no_such_route` where there is none any more. */
  checkSubscriber({ principal }: Session): void {
    this.access.check('subscribe', questionOf(principal, this));
  }

  override add(subscriber: Subscriber): boolean {
    const isFirst = super.add(subscriber);
    this.tally.subscribers++;
    if (!isFirst) return false;
    this.tally.channels++;
    this.#startTimers();
    return true;
  }

  override remove(subscriber: Subscriber): boolean {
    if (!super.remove(subscriber)) return false;
    const { presence } = this.request.route;
    if (presence !== undefined) this.context.presence?.left(subscriber.session, this.channel, presence);
    this.#consumers?.end(subscriber);
    this.#slow?.forget(subscriber);
    this.awaiting?.take(subscriber);
    this.tally.subscribers--;
    if (this.size > 0) return true;
    this.tally.channels--;
    this.#timers?.stop();
    return true;
  }

  override begin(subscriber: Subscriber): void {
    const { presence } = this.request.route;
    if (presence !== undefined) this.context.presence?.joined(subscriber.session, this.channel);
    this.#consume(subscriber);
  }

  /**
   * Goes on as `placement` says, or as nobody's without one; returns whether anything is different. Its subscribers have to be
   * looked at then: those whose handler has to be asked again are sent nothing before `admit`.
   */
  move(placement: Placement | undefined): boolean {
    this.#edition = this.context.routing.edition;
    if (placement === undefined) return this.#withdraw();
    const { request, served } = placement;
    const isSame = this.request.route === request.route && this.handler === served.handler;
    if (isSame && this.access === served.access && !this.#isWithdrawn) return false;
    const before = { request: this.request, handler: this.handler, times: this.times };
    if (!isSame && !asksAlike(before, { ...served, request })) this.#doubtAll(before);
    this.request = request;
    this.access = served.access;
    this.publishes = served.publishes;
    this.times = served.times;
    this.#countBy(served.tally);
    this.#serve(served.handler);
    this.#follow(before.request.route);
    this.#isWithdrawn = false;
    this.moves++;
    return true;
  }

  /** Those whose handler has to be asked again. */
  get doubtful(): readonly Subscriber[] {
    return [...(this.awaiting?.subscribers ?? [])];
  }

  isInDoubt(subscriber: Subscriber): boolean {
    return this.awaiting?.has(subscriber) === true;
  }

  /** Who has let a subscriber in, and is told when it goes. */
  hostOf(subscriber: Subscriber): Host {
    return this.awaiting?.hostOf(subscriber) ?? this;
  }

  /** A subscriber may stay: it gets what was published meanwhile. False where that was too much. */
  admit(subscriber: Subscriber): boolean {
    const { awaiting } = this;
    if (awaiting?.has(subscriber) !== true) return true;
    const held = awaiting.take(subscriber);
    if (awaiting.size === 0) this.awaiting = undefined;
    for (const frames of held ?? []) this.send(subscriber, frames, this.slowOn());
    this.#consume(subscriber);
    return held !== undefined;
  }

  /** Whether it goes by the routing as it is now. */
  protected get isCurrent(): boolean {
    return this.#edition === this.context.routing.edition;
  }

  /** What handlers and their timers know of it. */
  protected abstract get topic(): Topic;

  protected override slowOn(): SlowSubscribers | undefined {
    if (this.request.route.slow !== 'conflate') return undefined;
    return (this.#slow ??= new SlowSubscribers(this.context.fanOuts.stats, (session) =>
      this.context.watch?.conflated(session, this.channel),
    ));
  }

  #withdraw(): boolean {
    if (this.#isWithdrawn) return false;
    this.#isWithdrawn = true;
    this.access = WITHDRAWN_ACCESS;
    this.moves++;
    return true;
  }

  /** Nobody is sent anything before the handler has been asked. */
  #doubtAll(host: Host): void {
    if (this.size === 0) return;
    this.awaiting ??= new Awaiting();
    for (const subscriber of this.subscribers) {
      this.awaiting.add(subscriber, host, this.#slow?.take(subscriber));
      this.#consumers?.end(subscriber);
    }
  }

  /** Its subscribers are the new route's from now on. */
  #countBy(tally: RouteTally): void {
    if (this.tally === tally) return;
    const { size } = this;
    const channels = size > 0 ? 1 : 0;
    this.tally.subscribers -= size;
    this.tally.channels -= channels;
    tally.subscribers += size;
    tally.channels += channels;
    this.tally = tally;
  }

  #serve(handler: TopicHandler): void {
    if (this.handler === handler) return;
    this.handler = handler;
    if (this.size === 0) return;
    this.#timers?.stop();
    this.#startTimers();
  }

  /** What follows from the parts of a route that say more than who may do what. */
  #follow({ slow, presence, queue }: TopicRequest['route']): void {
    const { route } = this.request;
    if (slow === 'conflate' && route.slow !== 'conflate') this.#slow?.flush();
    for (const subscriber of this.subscribers) {
      const { session } = subscriber;
      if (presence === undefined && route.presence !== undefined)
        this.context.presence?.joined(session, this.channel);
      if (presence !== undefined && route.presence === undefined)
        this.context.presence?.left(session, this.channel, { ...presence, leaveDelay: 0 });
      if (queue !== undefined && route.queue === undefined) this.#consumers?.end(subscriber);
      if (queue === undefined && !this.isInDoubt(subscriber)) this.#consume(subscriber);
    }
  }

  #startTimers(): void {
    if (this.handler.timers === undefined) return;
    this.#timers ??= new TopicTimers(this.context.logger);
    this.#timers.start(this.topic, this.handler);
  }

  /** Of a queue a subscriber is a consumer. */
  #consume(subscriber: Subscriber): void {
    const { queue } = this.request.route;
    const { queues, tracer } = this.context;
    if (queue === undefined || queues === undefined) return;
    const mayTake = (one: Subscriber) => this.#mayTake(one);
    this.#consumers ??= new QueueConsumers({ queues, topic: this, mayTake, tracer });
    this.#consumers.begin(subscriber, queue);
  }

  #mayTake({ session: { principal } }: Subscriber): boolean {
    if (!this.access.timely.subscribe) return true;
    if (this.access.allows('subscribe', questionOf(principal, this))) return true;
    this.context.reauthorize(this);
    return false;
  }
}
