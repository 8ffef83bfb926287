import { namesSessions } from '../core/audience.js';
import type { Keeping } from '../core/broker.js';
import { RouterError } from '../core/errors.js';
import { every } from '../core/interval.js';
import { after, isPromise, type MaybePromise } from '../core/maybe-promise.js';
import { Payload } from '../core/payload.js';
import type { Position } from '../core/position.js';
import type { Present } from '../core/presence.js';
import type { Publication, PublicationOptions } from '../core/publication.js';
import type { Queues } from '../core/queue.js';
import type { HistoryPolicy } from '../core/route.js';
import type { Subscriber } from '../core/router.js';
import type { Principal, Session } from '../core/session.js';
import type { Topic, TopicHandler, TopicRequest } from '../core/topic.js';
import type { ChannelAccess } from './access.js';
import { Arrivals } from './arrivals.js';
import { Awaiting, type Host } from './awaiting.js';
import { isReserved } from './channel-name.js';
import { Group } from './group.js';
import type { GroupContext } from './group-context.js';
import { LocalPublication } from './local-publication.js';
import { presenceOf } from './presence-channel.js';
import { checkQueueable, QueueConsumers } from './queue-consumers.js';
import type { Placement, Routing } from './routing.js';
import type { Question } from './rules/rule.js';
import { sameValue } from './same-value.js';
import type { ServedRoute } from './served-route.js';
import { SlowSubscribers } from './slow-subscribers.js';
import { noRoute, WITHDRAWN_ACCESS } from './withdrawn-access.js';

/** One live channel: its route and handler, its timers, and who is subscribed. */
export class LiveTopic extends Group implements Topic {
  request: TopicRequest;
  handler: TopicHandler;
  access: ChannelAccess;
  publishes: ServedRoute['publishes'];
  /** How often the channel has got another route, handler or access. */
  moves = 0;
  readonly match = 'exact';
  /** Whether the channel is one on which the server alone speaks. */
  readonly isReserved: boolean;
  /** Publications that have had their place among those of the channel. */
  placed = 0;
  /** Where the deliveries of this node are in the history; undefined without one, or before it is subscribed to. */
  position: Position | undefined;
  readonly #context: GroupContext;
  /** That of the routing that its route is of. */
  #edition: number;
  #isWithdrawn = false;
  /** Publishes under way whose sessions may not publish here any more. */
  #barred = 0;
  #isAsked = false;
  /** Whether something was lost since the broker was asked for the channel. */
  #isResumed = false;
  #timers: (() => void)[] | undefined;
  #consumers: QueueConsumers | undefined;
  #arrivals: Arrivals | undefined;
  #slow: SlowSubscribers | undefined;

  constructor(request: TopicRequest, { handler, access, publishes }: ServedRoute, context: GroupContext) {
    super(context);
    this.request = request;
    this.handler = handler;
    this.access = access;
    this.publishes = publishes;
    this.isReserved = isReserved(request.channel);
    this.#context = context;
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
    const { history, replay, queue } = this.request.route;
    if (queue !== undefined) return undefined;
    // What is replayed has to be kept.
    return history ?? (replay === undefined ? undefined : { size: replay, ttl: undefined });
  }

  /** Those who are about to join. */
  get arrivals(): Arrivals {
    return (this.#arrivals ??= new Arrivals());
  }

  /** Throws `forbidden` for a session that may not be subscribed, and `no_such_route` where there is none any more. */
  checkSubscriber({ principal }: Session): void {
    this.access.check('subscribe', questionOf(principal, this));
  }

  has(session: Session): boolean {
    for (const subscriber of this.#context.sessions.subscribersOf(session))
      if (this.subscribers.has(subscriber)) return true;
    return false;
  }

  sessionsOf(userId: string): readonly Session[] {
    return [...this.#context.sessions.ofUser(userId)].filter((session) => this.has(session));
  }

  sessionsWith(...roles: readonly string[]): readonly Session[] {
    return [...this].filter(({ principal }) => roles.some((role) => principal.roles.includes(role)));
  }

  present(): MaybePromise<Present> {
    const policy = presenceOf(this.request.route);
    const { presence } = this.#context;
    if (presence === undefined) throw new RouterError('unavailable', 'this server keeps no presence');
    return presence.present(this.channel, policy);
  }

  broadcast(payload: unknown, options?: PublicationOptions): MaybePromise<Publication> {
    const body = payload instanceof Payload ? payload : Payload.of(payload);
    this.#checkPublishable();
    const { numbering, log } = this.#context;
    const { route, channel } = this.request;
    if (route.queue !== undefined) checkQueueable(options);
    const publication = new LocalPublication(numbering, channel, body, options);
    this.placed++;
    // What is for some sessions alone could be read by nobody later: they are others then.
    const isOfTheMoment = (options?.eligible?.length ?? 0) > 0;
    if (route.log === undefined || isOfTheMoment) return this.#pass(publication, options);
    if (log === undefined) throw new RouterError('unavailable', 'this server has no store for the log');
    return after(log.append(publication, route.log), () => this.#pass(publication, options));
  }

  override add(subscriber: Subscriber): boolean {
    const isFirst = super.add(subscriber);
    if (isFirst) this.#startTimers();
    return isFirst;
  }

  override remove(subscriber: Subscriber): boolean {
    if (!super.remove(subscriber)) return false;
    const { presence } = this.request.route;
    if (presence !== undefined) this.#context.presence?.left(subscriber.session, this.channel, presence);
    this.#consumers?.end(subscriber);
    this.#slow?.forget(subscriber);
    this.awaiting?.take(subscriber);
    if (this.size === 0) this.#endTimers();
    return true;
  }

  override begin(subscriber: Subscriber): void {
    const { queue, presence } = this.request.route;
    if (presence !== undefined) this.#context.presence?.joined(subscriber.session, this.channel);
    if (queue !== undefined) this.#queueConsumers?.begin(subscriber);
  }

  /**
   * Goes on as `placement` says, or as nobody's without one; returns whether anything is different. Its subscribers have to be
   * looked at then: those whose handler has to be asked again are sent nothing before `admit`.
   */
  move(placement: Placement | undefined): boolean {
    this.#edition = this.#context.routing.edition;
    if (placement === undefined) return this.#withdraw();
    const { request, served } = placement;
    const isSame = this.request.route === request.route && this.handler === served.handler;
    if (isSame && this.access === served.access && !this.#isWithdrawn) return false;
    const before = { request: this.request, handler: this.handler };
    if (!isSame && !asksAlike(before, { request, handler: served.handler })) this.#doubtAll(before);
    const { history } = this;
    this.request = request;
    this.access = served.access;
    this.publishes = served.publishes;
    this.#serve(served.handler);
    this.#follow(before.request.route);
    this.#keep(history);
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
    for (const frames of held ?? []) this.send(subscriber, frames);
    if (this.request.route.queue !== undefined) this.#queueConsumers?.begin(subscriber);
    return held !== undefined;
  }

  /** Until the returned function is called nobody publishes here but who is asked at that moment: a handler thinks for one who may not. */
  bar(): () => void {
    this.#barred++;
    return () => void this.#barred--;
  }

  get isBarred(): boolean {
    return this.#barred > 0;
  }

  /** Asks the handler about a publish; what it broadcasts before it returns is what its session may publish. */
  ask<T>(question: () => T): T {
    this.#isAsked = true;
    try {
      return question();
    } finally {
      this.#isAsked = false;
    }
  }

  /** The next publication of the channel is on its way: who joins from now on is not sent it. */
  advance(publication: Publication): void {
    if (publication.position !== undefined) this.position = publication.position;
    this.#arrivals?.collect(publication);
  }

  /** What was published since the last delivery is lost, and the channel goes on here. */
  resume(position: Position): void {
    this.position = position;
    this.#isResumed = true;
    this.#arrivals?.lost();
  }

  protected override get slow(): SlowSubscribers | undefined {
    if (this.request.route.slow !== 'conflate') return undefined;
    return (this.#slow ??= new SlowSubscribers(this.#context.fanOuts.stats));
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

  #serve(handler: TopicHandler): void {
    if (this.handler === handler) return;
    this.handler = handler;
    if (this.size === 0) return;
    this.#endTimers();
    this.#startTimers();
  }

  /** What follows from the parts of a route that say more than who may do what. */
  #follow({ slow, presence, queue }: TopicRequest['route']): void {
    const { route } = this.request;
    if (slow === 'conflate' && route.slow !== 'conflate') this.#slow?.flush();
    for (const subscriber of this.subscribers) {
      const { session } = subscriber;
      if (presence === undefined && route.presence !== undefined)
        this.#context.presence?.joined(session, this.channel);
      if (presence !== undefined && route.presence === undefined)
        this.#context.presence?.left(session, this.channel, { ...presence, leaveDelay: 0 });
      if (queue !== undefined && route.queue === undefined) this.#consumers?.end(subscriber);
      if (queue === undefined && route.queue !== undefined && this.awaiting?.has(subscriber) !== true)
        this.#queueConsumers?.begin(subscriber);
    }
  }

  /** A history that begins or lasts longer has to be asked for. */
  #keep(before: HistoryPolicy | undefined): void {
    const { history } = this;
    if (before !== undefined && history === undefined) this.position = undefined;
    if (history === undefined || (before !== undefined && before.durable === history.durable)) return;
    const failed = (error: unknown) => {
      this.#context.logger.error({ channel: this.channel, error }, 'history not begun');
      this.#context.sendAway(this);
    };
    try {
      const done = this.attachAgain();
      if (isPromise(done)) done.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Whoever holds on to a topic publishes by the routes as they are now. */
  #checkPublishable(): void {
    const { routing } = this.#context;
    if (this.#edition !== routing.edition) this.move(placementOf(routing, this.channel));
    if (this.#isWithdrawn) throw noRoute(this.channel);
    if (this.#barred === 0 || this.#isAsked) return;
    throw new RouterError('unavailable', 'the routes have changed while it was decided', {
      hint: 'publish again',
    });
  }

  protected demand(): MaybePromise<void> {
    // What came while nobody was subscribed says nothing: there may have been more.
    this.position = undefined;
    this.#isResumed = false;
    const position = this.#context.broker.subscribe(this.channel, this.history);
    return isPromise(position)
      ? position.then((reached) => this.#begin(reached))
      : void (this.position = position);
  }

  /** What was delivered before the broker answered may be further, or left over from before. */
  #begin(reached: Position | undefined): void {
    const { position } = this;
    if (position === undefined || reached === undefined) this.position ??= reached;
    else if (position.epoch !== reached.epoch ? !this.#isResumed : position.offset < reached.offset)
      this.position = reached;
  }

  protected renounce(): MaybePromise<void> {
    this.position = undefined;
    return this.#context.broker.unsubscribe(this.channel);
  }

  /** To whom it is for: one consumer, or all subscribers. */
  #pass(publication: Publication, options: PublicationOptions | undefined): MaybePromise<Publication> {
    const { queue } = this.request.route;
    if (queue === undefined) return this.#context.broker.publish(publication, this.#keeping(options));
    return after(this.#queues.enqueue(publication, queue), () => publication);
  }

  get #queues(): Queues {
    const { queues } = this.#context;
    if (queues === undefined) throw new RouterError('unavailable', 'this server has no queues');
    return queues;
  }

  get #queueConsumers(): QueueConsumers | undefined {
    const { queue } = this.request.route;
    if (queue === undefined || this.#context.queues === undefined) return undefined;
    this.#consumers ??= new QueueConsumers({
      queues: this.#context.queues,
      policy: queue,
      topic: this,
      mayTake: (subscriber) => this.#mayTake(subscriber),
    });
    return this.#consumers;
  }

  #mayTake(subscriber: Subscriber): boolean {
    if (!this.access.timely.subscribe) return true;
    if (this.access.allows('subscribe', questionOf(subscriber.session.principal, this))) return true;
    this.#context.reauthorize(this);
    return false;
  }

  /** What names sessions is not kept: they are others when it is read. [WAMP2 §Event History, Security Aspects] */
  #keeping(options: PublicationOptions | undefined): Keeping | undefined {
    const history = namesSessions(options) ? undefined : this.history;
    const retain = options?.retain === true;
    const { key, version } = options ?? {};
    if (!retain && history === undefined && key === undefined) return undefined;
    return { retain, history, key, version };
  }

  #startTimers(): void {
    const failed = (error: unknown) =>
      this.#context.logger.error({ channel: this.channel, error }, 'timer failed');
    this.#timers = this.handler.timers?.map((timer) => every(timer.interval, () => timer.tick(this), failed));
  }

  #endTimers(): void {
    for (const stop of this.#timers ?? []) stop();
    this.#timers = undefined;
  }
}

/** Undefined for what no route, or none with a handler, is there for. */
function placementOf(routing: Routing, channel: string): Placement | undefined {
  try {
    return routing.place(channel);
  } catch {
    return undefined;
  }
}

/** Whether a handler that has let somebody in would be asked the same. */
function asksAlike(before: Host, after: Host): boolean {
  const [was, is] = [before.request, after.request];
  if (before.handler !== after.handler || !sameValue(was.params, is.params)) return false;
  return sameValue(was.route.args, is.route.args) && sameValue(was.route.options, is.route.options);
}

/** What access is asked about somebody on a topic. */
export function questionOf(principal: Principal, { request }: LiveTopic, payload?: Payload): Question {
  return { principal, request, payload };
}
