import type { Broker } from '../core/broker.js';
import { every } from '../core/interval.js';
import type { Logger } from '../core/logger.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import { Payload } from '../core/payload.js';
import type { Audience, Publication, PublicationOptions } from '../core/publication.js';
import type { Subscriber } from '../core/router.js';
import type { Principal, Session, SessionId } from '../core/session.js';
import type { Topic, TopicHandler, TopicRequest } from '../core/topic.js';
import type { RouteAccess } from './access.js';
import { FrameCache } from './frame-cache.js';
import { LocalPublication, type Numbering } from './local-publication.js';
import type { Question } from './rules/rule.js';
import type { ServedRoute } from './served-route.js';
import type { Sessions } from './sessions.js';

/** What every live topic of a node shares. */
export interface TopicContext {
  readonly broker: Broker;
  readonly sessions: Sessions;
  readonly logger: Logger;
  readonly numbering: Numbering;
  /** Numbers groups of subscribers. */
  readonly groups: { next(): number };
}

/** Shared by topics without subscribers, so that a publish to nobody builds no set. */
const NONE: ReadonlySet<Subscriber> = new Set();

/**
 * One live channel: who is subscribed, and the fan-out.
 *
 * It lives while somebody is subscribed or a decision about it is held open, so that neither a refusal nor a
 * publish to nobody leaves anything behind.
 */
export class LiveTopic implements Topic {
  readonly request: TopicRequest;
  readonly handler: TopicHandler;
  readonly access: RouteAccess;
  readonly publishes: ServedRoute['publishes'];
  readonly match = 'exact';
  id = 0;
  created = 0;
  readonly #context: TopicContext;
  #subscribers: Set<Subscriber> | undefined;
  #holds = 0;
  #attached: MaybePromise<void> | undefined;
  #isAttached = false;
  #timers: (() => void)[] | undefined;

  constructor(request: TopicRequest, { handler, access, publishes }: ServedRoute, context: TopicContext) {
    this.request = request;
    this.handler = handler;
    this.access = access;
    this.publishes = publishes;
    this.#context = context;
  }

  get channel(): string {
    return this.request.channel;
  }

  get size(): number {
    return this.#subscribers?.size ?? 0;
  }

  get subscribers(): ReadonlySet<Subscriber> {
    return this.#subscribers ?? NONE;
  }

  get idle(): boolean {
    return this.#holds === 0 && this.size === 0;
  }

  *[Symbol.iterator](): Iterator<Session> {
    const seen = new Set<Session>();
    for (const { session } of this.#subscribers ?? NONE) {
      if (seen.has(session)) continue;
      seen.add(session);
      yield session;
    }
  }

  has(session: Session): boolean {
    for (const subscriber of this.#context.sessions.subscribersOf(session))
      if (this.#subscribers?.has(subscriber)) return true;
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
    return broker.publish(new LocalPublication(numbering, this.request.channel, body, options));
  }

  /** Encode once per wire key, then hand the same frame to every connection. Returns how many received it. */
  deliver(publication: Publication): number {
    if (this.#subscribers === undefined || this.#subscribers.size === 0) return 0;
    const frames = new FrameCache(publication, this);
    if (!narrows(publication.audience)) {
      for (const subscriber of this.#subscribers) subscriber.session.connection.send(frames.for(subscriber));
      return this.#subscribers.size;
    }
    let count = 0;
    for (const subscriber of recipients(this.#subscribers, publication.audience)) {
      subscriber.session.connection.send(frames.for(subscriber));
      count++;
    }
    return count;
  }

  /** Keeps the topic alive during a decision; `release` ends it. */
  hold(): this {
    this.#holds++;
    return this;
  }

  release(): void {
    this.#holds--;
  }

  /** Asks the broker for the channel's publications, once however many peers arrive together. */
  attach(): MaybePromise<void> {
    if (this.#isAttached) return undefined;
    this.#attached ??= this.#attach();
    return this.#attached;
  }

  #attach(): MaybePromise<void> {
    const done = this.#context.broker.subscribe(this.channel);
    if (isPromise(done)) {
      return done.then(() => void (this.#isAttached = true)).finally(() => (this.#attached = undefined));
    }
    this.#isAttached = true;
    return undefined;
  }

  /** Ends what the topic began; nobody is subscribed any more. */
  detach(): MaybePromise<void> {
    if (!this.#isAttached) return undefined;
    this.#isAttached = false;
    return this.#context.broker.unsubscribe(this.channel);
  }

  add(subscriber: Subscriber): void {
    this.#subscribers ??= new Set();
    this.#subscribers.add(subscriber);
    if (this.#subscribers.size > 1) return;
    this.id = this.#context.groups.next();
    this.created = Date.now();
    this.#startTimers();
  }

  /** False when it was not subscribed. */
  remove(subscriber: Subscriber): boolean {
    if (this.#subscribers?.delete(subscriber) !== true) return false;
    if (this.#subscribers.size === 0) this.#endTimers();
    return true;
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

/** Whether an audience leaves anybody out. Empty lists do not: PHP publishers always send both. */
function narrows(audience: Audience | undefined): audience is Audience {
  if (audience === undefined) return false;
  const { exclude, eligible, users, roles } = audience;
  return Boolean(exclude?.length || eligible?.length || users?.length || roles?.length);
}

function* recipients(subscribers: ReadonlySet<Subscriber>, audience: Audience): Generator<Subscriber> {
  const exclude = new Set<SessionId>(audience.exclude);
  const eligible = listed(audience.eligible);
  const users = listed(audience.users);
  const roles = listed(audience.roles);
  for (const subscriber of subscribers) {
    const { id, principal } = subscriber.session;
    if (exclude.has(id) || eligible?.has(id) === false) continue;
    if (users !== undefined && (principal.kind !== 'user' || !users.has(principal.id ?? ''))) continue;
    if (roles !== undefined && !principal.roles.some((role) => roles.has(role))) continue;
    yield subscriber;
  }
}

function listed(names: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return names === undefined || names.length === 0 ? undefined : new Set(names);
}

/** What access is asked about somebody on a topic. */
export function questionOf(principal: Principal, { request }: LiveTopic, payload?: Payload): Question {
  return { principal, request, payload };
}
