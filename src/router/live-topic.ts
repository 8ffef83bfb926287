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
import { isReserved } from './channel-name.js';
import { checkContract } from './contract.js';
import { Group } from './group.js';
import type { GroupContext } from './group-context.js';
import { LocalPublication } from './local-publication.js';
import { presenceOf } from './presence-channel.js';
import { checkQueueable, QueueConsumers } from './queue-consumers.js';
import type { RouteTally } from './route-tally.js';
import type { Question } from './rules/rule.js';
import type { ServedRoute } from './served-route.js';
import { SlowSubscribers } from './slow-subscribers.js';

/** One live channel: its route and handler, its timers, and who is subscribed. */
export class LiveTopic extends Group implements Topic {
  readonly request: TopicRequest;
  readonly handler: TopicHandler;
  readonly access: ChannelAccess;
  readonly publishes: ServedRoute['publishes'];
  readonly times: ServedRoute['times'];
  readonly match = 'exact';
  readonly tally: RouteTally;
  /** What was published here since the topic became live, and how much of it a second, as last looked at. */
  publications = 0;
  rate: number | undefined = undefined;
  counted = -1;
  /** Whether the channel is one on which the server alone speaks. */
  readonly isReserved: boolean;
  /** Publications that have had their place among those of the channel. */
  placed = 0;
  /** Where the deliveries of this node are in the history; undefined without one, or before it is subscribed to. */
  position: Position | undefined;
  readonly #context: GroupContext;
  /** Whether something was lost since the broker was asked for the channel. */
  #isResumed = false;
  #timers: (() => void)[] | undefined;
  #consumers: QueueConsumers | undefined;
  #arrivals: Arrivals | undefined;
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
    this.tally = tally;
    this.times = times;
    this.isReserved = isReserved(request.channel);
    this.#context = context;
  }

  get channel(): string {
    return this.request.channel;
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

  /** Throws `forbidden` for a session that may not be subscribed. */
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
    const { numbering, log, tracer } = this.#context;
    const { route, channel } = this.request;
    if (route.payload?.broadcasts === true) checkContract(route, body);
    if (route.queue !== undefined) checkQueueable(options);
    const publication = new LocalPublication(numbering, channel, body, options, tracer?.current());
    this.placed++;
    // What is for some sessions alone could be read by nobody later: they are others then.
    const isOfTheMoment = (options?.eligible?.length ?? 0) > 0;
    if (route.log === undefined || isOfTheMoment) return this.#pass(publication, options);
    if (log === undefined) throw new RouterError('unavailable', 'this server has no store for the log');
    return after(log.append(publication, route.log), () => this.#pass(publication, options));
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
    if (presence !== undefined) this.#context.presence?.left(subscriber.session, this.channel, presence);
    this.#consumers?.end(subscriber);
    this.#slow?.forget(subscriber);
    this.tally.subscribers--;
    if (this.size > 0) return true;
    this.tally.channels--;
    this.#endTimers();
    return true;
  }

  override begin(subscriber: Subscriber): void {
    const { queue, presence } = this.request.route;
    if (presence !== undefined) this.#context.presence?.joined(subscriber.session, this.channel);
    if (queue !== undefined) this.#queueConsumers?.begin(subscriber);
  }

  /** One more was published here. */
  count(): void {
    this.publications++;
    this.tally.publications++;
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
    return (this.#slow ??= new SlowSubscribers(this.#context.fanOuts.stats, (session) =>
      this.#context.watch?.conflated(session, this.channel),
    ));
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
    const { tracer } = this.#context;
    if (tracer === undefined || publication.trace === undefined) return this.#hand(publication, options);
    const step = { name: 'broker', publication, route: this.request.route } as const;
    return tracer.step(step, () => this.#hand(publication, options));
  }

  #hand(publication: Publication, options: PublicationOptions | undefined): MaybePromise<Publication> {
    const { queue } = this.request.route;
    if (queue === undefined) return this.#context.broker.publish(publication, this.#keeping(options));
    this.count();
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
    const mayTake = this.access.timely.subscribe
      ? (subscriber: Subscriber) => this.#mayTake(subscriber)
      : undefined;
    this.#consumers ??= new QueueConsumers({
      queues: this.#context.queues,
      policy: queue,
      topic: this,
      tally: this.tally,
      mayTake,
    });
    return this.#consumers;
  }

  #mayTake(subscriber: Subscriber): boolean {
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
      this.#context.logger.error({ event: 'timer_failed', channel: this.channel, error }, 'timer failed');
    this.#timers = this.handler.timers?.map((timer) => every(timer.interval, () => timer.tick(this), failed));
  }

  #endTimers(): void {
    for (const stop of this.#timers ?? []) stop();
    this.#timers = undefined;
  }
}

/** What access is asked about somebody on a topic. */
export function questionOf(principal: Principal, { request }: LiveTopic, payload?: Payload): Question {
  return { principal, request, payload };
}
