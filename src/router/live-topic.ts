import { RouterError } from '../core/errors.js';
import { after, isPromise, type MaybePromise } from '../core/maybe-promise.js';
import { Payload } from '../core/payload.js';
import type { Position } from '../core/position.js';
import type { PresenceWords, Present } from '../core/presence.js';
import type { Publication, PublicationOptions } from '../core/publication.js';
import type { HistoryPolicy } from '../core/route.js';
import type { Session } from '../core/session.js';
import type { Topic, TopicRequest } from '../core/topic.js';
import { Arrivals } from './arrivals.js';
import { isReserved } from './channel-name.js';
import { checkContract } from './contract.js';
import type { GroupContext } from './group-context.js';
import { keepingOf } from './keeping.js';
import { LocalPublication } from './local-publication.js';
import { presenceOf } from './presence-channel.js';
import { PublishBar } from './publish-bar.js';
import { checkQueueable } from './queue-consumers.js';
import { RoutedGroup } from './routed-group.js';
import type { Placement } from './routing.js';
import type { ServedRoute } from './served-route.js';
import { watchPresence } from './watch-presence.js';
import { noRoute } from './withdrawn-access.js';

/** One live channel, as its handler knows it: who is subscribed, what is published, and where its history is. */
export class LiveTopic extends RoutedGroup implements Topic {
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
  /** Whether something was lost since the broker was asked for the channel. */
  #isResumed = false;
  #bar: PublishBar | undefined;
  #arrivals: Arrivals | undefined;

  constructor(request: TopicRequest, served: ServedRoute, context: GroupContext) {
    super(request, served, context);
    this.isReserved = isReserved(request.channel);
  }

  /** Those who are about to join. */
  get arrivals(): Arrivals {
    return (this.#arrivals ??= new Arrivals());
  }

  has(session: Session): boolean {
    for (const subscriber of this.context.sessions.subscribersOf(session))
      if (this.subscribers.has(subscriber)) return true;
    return false;
  }

  sessionsOf(userId: string): readonly Session[] {
    return [...this.context.sessions.ofUser(userId)].filter((session) => this.has(session));
  }

  sessionsWith(...roles: readonly string[]): readonly Session[] {
    return [...this].filter(({ principal }) => roles.some((role) => principal.roles.includes(role)));
  }

  present(): MaybePromise<Present> {
    const policy = presenceOf(this.request.route);
    const { presence } = this.context;
    if (presence === undefined) throw new RouterError('unavailable', 'this server keeps no presence');
    return presence.present(this.channel, policy);
  }

  watch(told: (words: PresenceWords) => MaybePromise<void>): MaybePromise<() => void> {
    const { presence, logger } = this.context;
    const policy = presenceOf(this.request.route);
    if (presence === undefined) throw new RouterError('unavailable', 'this server keeps no presence');
    return watchPresence({ presence, policy, logger, channel: this.channel }, told);
  }

  tell(payload: unknown, options?: PublicationOptions): MaybePromise<void> {
    const publication = this.#publication(payload, options, this.context.tracer?.current());
    return after(this.#note(publication, options), () => this.context.deliver(publication));
  }

  broadcast(payload: unknown, options?: PublicationOptions): MaybePromise<Publication> {
    return this.forward(payload, options, this.context.tracer?.current());
  }

  /** Broadcasts what was published before, elsewhere: it stays of the trace that it was published in. */
  forward(
    payload: unknown,
    options: PublicationOptions | undefined,
    trace: string | undefined,
  ): MaybePromise<Publication> {
    const publication = this.#publication(payload, options, trace);
    if (this.request.route.queue !== undefined) checkQueueable(options);
    this.placed++;
    return after(this.#note(publication, options), () => this.#pass(publication, options));
  }

  #publication(
    payload: unknown,
    options: PublicationOptions | undefined,
    trace: string | undefined,
  ): LocalPublication {
    const body = payload instanceof Payload ? payload : Payload.of(payload);
    this.#checkPublishable();
    const { numbering } = this.context;
    const { route, channel } = this.request;
    if (route.payload?.broadcasts === true) checkContract(route, body);
    return new LocalPublication(numbering, channel, body, options, trace);
  }

  /** Logs what is to be. */
  #note(publication: Publication, options: PublicationOptions | undefined): MaybePromise<unknown> {
    const { log } = this.context;
    const { route } = this.request;
    // What is for some sessions alone could be read by nobody later: they are others then.
    const isOfTheMoment = (options?.eligible?.length ?? 0) > 0;
    if (route.log === undefined || isOfTheMoment) return undefined;
    if (log === undefined) throw new RouterError('unavailable', 'this server has no store for the log');
    return log.append(publication, route.log);
  }

  override move(placement: Placement | undefined): boolean {
    const { history } = this;
    if (!super.move(placement)) return false;
    this.#keep(history);
    return true;
  }

  /** Undefined where nobody is barred from publishing here while a handler thinks. */
  get bar(): PublishBar | undefined {
    return this.#bar?.isClosed === true ? this.#bar : undefined;
  }

  /** Bars a publish under way; see `PublishBar`. */
  closeBar(): () => void {
    this.#bar ??= new PublishBar();
    return this.#bar.close();
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

  protected get topic(): Topic {
    return this;
  }

  protected demand(): MaybePromise<void> {
    // What came while nobody was subscribed says nothing: there may have been more.
    this.position = undefined;
    this.#isResumed = false;
    const position = this.context.broker.subscribe(this.channel, this.history);
    return isPromise(position)
      ? position.then((reached) => this.#begin(reached))
      : void (this.position = position);
  }

  protected renounce(): MaybePromise<void> {
    this.position = undefined;
    return this.context.broker.unsubscribe(this.channel);
  }

  /** What was delivered before the broker answered may be further, or left over from before. */
  #begin(reached: Position | undefined): void {
    const { position } = this;
    if (position === undefined || reached === undefined) this.position ??= reached;
    else if (position.epoch !== reached.epoch ? !this.#isResumed : position.offset < reached.offset)
      this.position = reached;
  }

  /** A history that begins or lasts longer has to be asked for. */
  #keep(before: HistoryPolicy | undefined): void {
    const { history } = this;
    if (before !== undefined && history === undefined) this.position = undefined;
    if (history === undefined || (before !== undefined && before.durable === history.durable)) return;
    const failed = (error: unknown) => {
      const { logger, sendAway } = this.context;
      logger.error({ event: 'history_not_begun', channel: this.channel, error }, 'history not begun');
      sendAway(this);
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
    if (!this.isCurrent) this.move(this.context.routing.known(this.channel));
    if (this.isWithdrawn) throw noRoute(this.channel);
    this.#bar?.check();
  }

  #pass(publication: Publication, options: PublicationOptions | undefined): MaybePromise<Publication> {
    const { tracer } = this.context;
    if (tracer === undefined || publication.trace === undefined) return this.#hand(publication, options);
    const step = { name: 'broker', publication, route: this.request.route } as const;
    return tracer.step(step, () => this.#hand(publication, options));
  }

  /** To whom it is for: one consumer, or all subscribers. */
  #hand(publication: Publication, options: PublicationOptions | undefined): MaybePromise<Publication> {
    const { route } = this.request;
    const { broker, queues, queued } = this.context;
    if (route.queue === undefined) return broker.publish(publication, keepingOf(route, options));
    if (queues === undefined) throw new RouterError('unavailable', 'this server has no queues');
    this.count();
    return after(queues.enqueue(publication, route.queue), () => {
      queued(publication);
      return publication;
    });
  }
}
