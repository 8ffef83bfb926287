import type { ChannelSelection } from '../core/broker.js';
import type { DeliveryPromise } from '../core/delivery-promise.js';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import type { HistoryFilter } from '../core/history.js';
import type { HistoryPage, HistoryQuery } from '../core/history-page.js';
import type { RouterInspection } from '../core/inspection.js';
import { every } from '../core/interval.js';
import { NO_LOAD } from '../core/load.js';
import type { Match } from '../core/match.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { LogPage, LogQuery } from '../core/message-log.js';
import { countLimit } from '../core/meter.js';
import { Payload } from '../core/payload.js';
import type { Position } from '../core/position.js';
import type { PresenceReader, PresenceReport } from '../core/presence.js';
import type { Publication, PublicationOptions, PublishEvent } from '../core/publication.js';
import type { Router, Subscriber } from '../core/router.js';
import type { Principal, Session } from '../core/session.js';
import type { Rights, SessionControl, SessionSelector } from '../core/session-control.js';
import type { SubscriptionGroup, Topic } from '../core/topic.js';
import { Archive } from './archive.js';
import { DeadLetters } from './dead-letters.js';
import { Delivery } from './delivery.js';
import { FanOuts } from './fan-outs.js';
import type { GroupContext } from './group-context.js';
import { Groups } from './groups.js';
import { Identities } from './identities.js';
import { Inspector } from './inspector.js';
import { sessionTooMany } from './limits.js';
import { LocalPublication, Numbering } from './local-publication.js';
import { MatchedChannels } from './matched-channels.js';
import { Memberships } from './memberships.js';
import { PatternGroups } from './pattern-groups.js';
import { Presence } from './presence.js';
import { Publishing } from './publishing.js';
import { Reading } from './reading.js';
import { Recovering } from './recovering.js';
import { Refusals } from './refusals.js';
import { Rerouting } from './rerouting.js';
import type { RouterParts } from './router-parts.js';
import { Sessions } from './sessions.js';
import { Subscribing } from './subscribing.js';
import { Tails } from './tails.js';
import { Topics } from './topics.js';

/**
 * The heart. A subscribe walks route → access → handler → join and may stop anywhere before the join; a publish
 * walks route → access → handler → broker and comes back as `deliver`. Membership changes without an await, hooks
 * run before it (subscribe) or after it (leave).
 */
export class TopicRouter implements Router, SessionControl, PresenceReader {
  readonly presence: Presence | undefined;
  /** For operators. */
  readonly inspection: RouterInspection;
  /** For reloads. */
  readonly rerouting: Rerouting;
  readonly #parts: RouterParts;
  readonly #sessions = new Sessions();
  readonly #groups = new Groups();
  readonly #numbering = new Numbering();
  readonly #fanOuts: FanOuts;
  readonly #topics: Topics;
  readonly #patterns: PatternGroups;
  readonly #memberships: Memberships;
  readonly #subscribing: Subscribing;
  readonly #publishing: Publishing;
  readonly #delivery: Delivery;
  readonly #archive: Archive;
  readonly #reading: Reading;
  readonly #identities: Identities;
  readonly #refusals: Refusals;
  readonly #deliver = (publication: Publication) => this.#delivery.deliver(publication);
  #stop: (() => void) | undefined;

  constructor(parts: RouterParts) {
    const { routing, logger, limits } = parts;
    this.#parts = parts;
    this.#refusals = new Refusals({ ...parts, tallies: routing.tallies });
    this.presence = parts.presence && new Presence({ ...parts, store: parts.presence });
    this.#fanOuts = new FanOuts((error) =>
      logger.error({ event: 'fan_out_failed', error }, 'fan-out failed'),
    );
    const context: GroupContext = {
      ...parts,
      queues: parts.queues,
      log: parts.log,
      tracer: parts.tracer,
      watch: parts.watch,
      presence: this.presence,
      reauthorize: (topic) => void this.#memberships.reauthorizeAll(topic),
      sendAway: (group) => this.#disconnect([...group], DISCONNECT.insufficientState),
      sessions: this.#sessions,
      numbering: this.#numbering,
      groups: this.#groups,
      queued: (publication) => tails.queued(publication, this.#topics),
      announce: (channel, payload) => this.announce(channel, payload),
      deliver: this.#deliver,
      fanOuts: this.#fanOuts,
    };
    this.#topics = new Topics(routing, context);
    this.#patterns = new PatternGroups({ ...context, channels: new MatchedChannels(this.#topics) });
    const tails = new Tails({ sessions: this.#sessions, patterns: this.#patterns });
    const shared = {
      ...parts,
      load: parts.load ?? NO_LOAD,
      sessions: this.#sessions,
      topics: this.#topics,
      patterns: this.#patterns,
      refusals: this.#refusals,
      fanOuts: this.#fanOuts,
    };
    this.#memberships = new Memberships({ ...shared, handlerTimeout: limits.handlerTimeout });
    this.#archive = new Archive(shared);
    this.inspection = new Inspector({ ...shared, tails });
    this.#reading = new Reading({ ...shared, archive: this.#archive });
    const recovering = new Recovering({ ...parts, archive: this.#archive });
    const members = { ...shared, memberships: this.#memberships };
    this.#subscribing = new Subscribing({ ...members, recovering });
    this.#publishing = new Publishing(shared);
    this.#delivery = new Delivery({ ...shared, tails, reauthorize: context.reauthorize });
    this.rerouting = new Rerouting({ ...members, publishing: this.#publishing });
    this.#identities = new Identities({
      ...parts.identity,
      sessions: this.#sessions,
      clock: Date.now,
      reauthorize: (session) => {
        this.#memberships.reauthorize(session);
        this.presence?.identified(session, this.#sessions.subscribersOf(session));
        parts.events.announce('client_identified', { session });
      },
      disconnect: (sessions, why) => this.#disconnect(sessions, why),
    });
  }

  /** Read for metrics. */
  get stats(): Delivery['stats'] {
    return this.#delivery.stats;
  }

  get sessions(): Iterable<Session> & { readonly size: number; readonly subscriptions: number } {
    return this.#sessions;
  }

  /** The live channels of this node. */
  get topics(): ReadonlyMap<string, Topic> {
    return this.#topics.live;
  }

  async start(): Promise<void> {
    const failed = (error: unknown) =>
      this.#parts.logger.error({ event: 'identity_check_failed', error }, 'identity check failed');
    this.#stop = every(1000, () => this.#identities.tick(), failed);
    const lost = (channel: string, position: Position) => this.#lost(channel, position);
    await Promise.all([this.#parts.broker.start({ deliver: this.#deliver, lost }), this.presence?.start()]);
    const letters = new DeadLetters({ ...this.#parts, topics: this.#topics });
    await this.#parts.queues?.start((letter) => letters.bury(letter));
  }

  async stop(): Promise<void> {
    this.#stop?.();
    await this.presence?.stop();
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

  subscribe(subscriber: Subscriber): Promise<SubscriptionGroup> {
    const { match } = subscriber;
    return match === undefined
      ? this.#subscribing.toChannel(subscriber)
      : this.#subscribing.toPattern(subscriber, match);
  }

  unsubscribe(subscriber: Subscriber): MaybePromise<void> {
    return this.#memberships.end(subscriber);
  }

  retained(subscriber: Subscriber): MaybePromise<readonly Publication[]> {
    return this.#archive.retained(subscriber);
  }

  history(
    session: Session,
    selection: ChannelSelection,
    filter: HistoryFilter = {},
  ): Promise<readonly Publication[]> {
    return this.#reading.history(session, selection, filter);
  }

  historyPage(session: Session, channel: string, query: HistoryQuery): Promise<HistoryPage> {
    return this.#reading.page(session, channel, query);
  }

  promise(session: Session, channel: string): DeliveryPromise {
    return this.#reading.promise(session, channel);
  }

  search(session: Session, query: LogQuery): Promise<LogPage> {
    return this.#reading.search(session, query);
  }

  present(session: Session, channel: string): Promise<PresenceReport> {
    return this.#reading.presence(session, channel);
  }

  deleteQueue(channel: string): MaybePromise<void> {
    return this.#parts.queues?.delete(channel);
  }

  publish(
    session: Session,
    channel: string,
    event: PublishEvent,
    placed?: () => void,
  ): MaybePromise<Publication | undefined> {
    return this.#publishing.publish(session, channel, event, placed);
  }

  announce(channel: string, payload: Payload | (() => Payload), options?: PublicationOptions): void {
    if (!this.#delivery.isHeard(channel)) return;
    const body = payload instanceof Payload ? payload : payload();
    this.#delivery.deliver(new LocalPublication(this.#numbering, channel, body, options));
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
    return this.#parts.routing.table.resolve(name);
  }

  channel(routeName: string, params: Readonly<Record<string, string | number>>): string {
    return this.#parts.routing.table.channel(routeName, params);
  }

  groups(): Iterable<SubscriptionGroup> {
    return this.#groups;
  }

  group(id: number): SubscriptionGroup | undefined {
    return this.#groups.get(id);
  }

  groupOf(match: Match, channel: string): SubscriptionGroup | undefined {
    const group = match === 'exact' ? this.#topics.live.get(channel) : this.#patterns.get(match, channel);
    return group === undefined || group.size === 0 ? undefined : group;
  }

  matching(channel: string): readonly SubscriptionGroup[] {
    const patterns = this.#delivery.patternsOn(channel).filter(({ size }) => size > 0);
    const exact = this.groupOf('exact', channel);
    return exact === undefined ? patterns : [exact, ...patterns];
  }

  disconnect(who: SessionSelector, why: Disconnect): number {
    const found = this.#sessions.select(who);
    this.#disconnect(found, why);
    return found.length;
  }

  setRights(user: string, { roles, organizations }: Rights): number {
    const found = this.#sessions.select({ user });
    for (const session of found)
      this.#identities.change(session, { ...session.principal, roles, organizations });
    return found.length;
  }

  /** Whoever hears a channel with a gap in it comes back, and is told then. */
  #lost(channel: string, position: Position): void {
    const topic = this.#topics.live.get(channel);
    if (topic === undefined) return;
    topic.resume(position);
    this.#parts.meter.count('signalbox_gaps_total');
    this.#disconnect([...topic], DISCONNECT.insufficientState);
  }

  /** Nothing reaches any of them before the first is told. */
  #disconnect(sessions: readonly Session[], why: Disconnect): void {
    for (const session of sessions) void this.leave(session);
    for (const session of sessions) session.disconnect(why);
  }
}
