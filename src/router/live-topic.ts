import { namesSessions } from '../core/audience.js';
import type { Broker, Keeping } from '../core/broker.js';
import { every } from '../core/interval.js';
import type { Logger } from '../core/logger.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { Payload } from '../core/payload.js';
import type { Publication, PublicationOptions } from '../core/publication.js';
import type { Subscriber } from '../core/router.js';
import type { Principal, Session } from '../core/session.js';
import type { Topic, TopicHandler, TopicRequest } from '../core/topic.js';
import type { RouteAccess } from './access.js';
import { isReserved } from './channel-name.js';
import { Group } from './group.js';
import type { Groups } from './groups.js';
import { LocalPublication, type Numbering } from './local-publication.js';
import type { Question } from './rules/rule.js';
import type { ServedRoute } from './served-route.js';
import type { Sessions } from './sessions.js';

/** What every group of a node shares. */
export interface GroupContext {
  readonly broker: Broker;
  readonly sessions: Sessions;
  readonly logger: Logger;
  readonly numbering: Numbering;
  readonly groups: Groups;
}

/** One live channel: its route and handler, its timers, and who is subscribed. */
export class LiveTopic extends Group implements Topic {
  readonly request: TopicRequest;
  readonly handler: TopicHandler;
  readonly access: RouteAccess;
  readonly publishes: ServedRoute['publishes'];
  readonly match = 'exact';
  /** Whether the channel is one on which the server alone speaks. */
  readonly isReserved: boolean;
  readonly #context: GroupContext;
  #timers: (() => void)[] | undefined;

  constructor(request: TopicRequest, { handler, access, publishes }: ServedRoute, context: GroupContext) {
    super(context.groups);
    this.request = request;
    this.handler = handler;
    this.access = access;
    this.publishes = publishes;
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

  broadcast(payload: unknown, options?: PublicationOptions): MaybePromise<Publication> {
    const body = payload instanceof Payload ? payload : Payload.of(payload);
    const { broker, numbering } = this.#context;
    const publication = new LocalPublication(numbering, this.request.channel, body, options);
    return broker.publish(publication, this.#keeping(options));
  }

  override add(subscriber: Subscriber): boolean {
    const isFirst = super.add(subscriber);
    if (isFirst) this.#startTimers();
    return isFirst;
  }

  override remove(subscriber: Subscriber): boolean {
    if (!super.remove(subscriber)) return false;
    if (this.size === 0) this.#endTimers();
    return true;
  }

  protected demand(): MaybePromise<void> {
    return this.#context.broker.subscribe(this.channel);
  }

  protected renounce(): MaybePromise<void> {
    return this.#context.broker.unsubscribe(this.channel);
  }

  /** What names sessions is not kept: they are others when it is read. [WAMP2 §Event History, Security Aspects] */
  #keeping(options: PublicationOptions | undefined): Keeping | undefined {
    const { history } = this.request.route;
    const retain = options?.retain === true;
    if (!retain && history === undefined) return undefined;
    return { retain, history: namesSessions(options) ? undefined : history };
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

/** What access is asked about somebody on a topic. */
export function questionOf(principal: Principal, { request }: LiveTopic, payload?: Payload): Question {
  return { principal, request, payload };
}
