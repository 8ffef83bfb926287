import type { Broker, ChannelSelection } from '../core/broker.js';
import type { RouterWatch } from '../core/inspection.js';
import type { Logger } from '../core/logger.js';
import type { Match } from '../core/match.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Subscriber } from '../core/router.js';
import { type FanOutContext, Group } from './group.js';
import { MatchCache } from './match-cache.js';
import type { MatchedChannels } from './matched-channels.js';
import { PatternIndex } from './pattern-index.js';
import { SlowPatternSubscribers } from './slow-pattern-subscribers.js';

export type PatternMatch = Exclude<Match, 'exact'>;

/** Who is subscribed to one pattern, as it is written. */
export class PatternGroup extends Group implements ChannelSelection {
  readonly match: PatternMatch;
  readonly channel: string;
  readonly #context: PatternContext;
  #slow: SlowPatternSubscribers | undefined;

  constructor({ match, channel }: ChannelSelection & { match: PatternMatch }, context: PatternContext) {
    super(context);
    this.match = match;
    this.channel = channel;
    this.#context = context;
  }

  override remove(subscriber: Subscriber): boolean {
    this.#slow?.forget(subscriber);
    return super.remove(subscriber);
  }

  /** What is held of a channel whose route does not say so any more goes out before what follows. */
  protected override slowOn(channel: string): SlowPatternSubscribers | undefined {
    const { channels, fanOuts, watch } = this.#context;
    if (channels.conflates(channel))
      return (this.#slow ??= new SlowPatternSubscribers({
        channels,
        stats: fanOuts.stats,
        begins: (session, published) => watch?.conflated(session, published),
      }));
    this.#slow?.flush(channel);
    return undefined;
  }

  protected demand(): MaybePromise<void> {
    return this.#context.broker.subscribePattern?.(this);
  }

  protected renounce(): MaybePromise<void> {
    return this.#context.broker.unsubscribePattern?.(this);
  }
}

export interface PatternContext extends FanOutContext {
  readonly broker: Broker;
  readonly logger: Logger;
  readonly channels: MatchedChannels;
  /** Undefined where nobody looks. */
  readonly watch: RouterWatch | undefined;
}

/** Channels whose patterns are remembered until a pattern comes or goes, at least. */
const REMEMBERED = 5000;

/** The patterns that somebody of this node is subscribed to. Two spellings of one pattern are two groups. */
export class PatternGroups {
  readonly #context: PatternContext;
  readonly #index = new PatternIndex<Map<string, PatternGroup>>();
  #known = new MatchCache<readonly PatternGroup[]>(REMEMBERED);

  constructor(context: PatternContext) {
    this.#context = context;
  }

  /** Different patterns, without regard to their spelling. */
  get size(): number {
    return this.#index.size;
  }

  get(match: PatternMatch, pattern: string): PatternGroup | undefined {
    return this.#index.get(match, pattern)?.get(pattern);
  }

  /** The group of a pattern, kept until it is released and idle. */
  hold(match: PatternMatch, pattern: string): PatternGroup {
    return (this.get(match, pattern) ?? this.#create(match, pattern)).hold();
  }

  release(group: PatternGroup): void {
    group.release();
    if (!group.idle) return;
    this.#delete(group);
    const done = group.detach();
    if (isPromise(done)) {
      done.catch((error: unknown) =>
        this.#context.logger.error(
          { event: 'broker_unsubscribe_failed', error },
          'broker unsubscribe failed',
        ),
      );
    }
  }

  /** The groups of the patterns that match a channel. */
  matching(channel: string): readonly PatternGroup[] {
    const known = this.#known.get(channel);
    if (known !== undefined) return known;
    const groups = this.#index.matches(channel).flatMap((spellings) => [...spellings.values()]);
    this.#known.set(channel, groups);
    return groups;
  }

  #create(match: PatternMatch, channel: string): PatternGroup {
    const group = new PatternGroup({ match, channel }, this.#context);
    const spellings = this.#index.get(match, channel);
    if (spellings === undefined) this.#index.add(match, channel, new Map([[channel, group]]));
    else spellings.set(channel, group);
    this.#forget();
    return group;
  }

  #delete({ match, channel }: PatternGroup): void {
    const spellings = this.#index.get(match, channel);
    spellings?.delete(channel);
    if (spellings?.size === 0) this.#index.delete(match, channel);
    this.#forget();
  }

  #forget(): void {
    this.#known = new MatchCache(REMEMBERED);
  }
}
