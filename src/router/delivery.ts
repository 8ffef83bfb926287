import { type Admits, admission } from '../core/audience.js';
import type { ChannelSelection } from '../core/broker.js';
import type { Publication } from '../core/publication.js';
import type { Tracer, TraceStep } from '../core/tracer.js';
import { namesReserved } from './channel-name.js';
import { Decisions } from './decisions.js';
import type { DeliveryTally, FanOuts } from './fan-outs.js';
import type { LiveTopic } from './live-topic.js';
import type { PatternGroup, PatternGroups } from './pattern-groups.js';
import type { Tails } from './tails.js';
import type { Topics } from './topics.js';

export interface DeliveryParts {
  readonly topics: Topics;
  readonly patterns: PatternGroups;
  readonly fanOuts: FanOuts;
  readonly tracer?: Tracer | undefined;
  readonly tails: Tails;
  /** Ends subscriptions that their sessions may not have any more. */
  reauthorize(topic: LiveTopic): void;
}

const NONE: readonly PatternGroup[] = [];

/** Hands publications to those who are subscribed to their channel, and to patterns of it. */
export class Delivery {
  readonly #parts: DeliveryParts;
  #publications = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  get stats(): { readonly publications: number; readonly deliveries: number; readonly conflated: number } {
    return { publications: this.#publications, ...this.#parts.fanOuts.stats };
  }

  deliver(publication: Publication): void {
    const { topics, tracer } = this.#parts;
    this.#publications++;
    const live = topics.live.get(publication.channel);
    const topic = live ?? topics.known(publication.channel);
    if (topic === undefined) return;
    topic.count();
    if (tracer === undefined || publication.trace === undefined || live === undefined)
      this.#deliver(publication, topic, live);
    else void tracer.step(stepOf(publication, live), () => this.#deliver(publication, topic, live));
  }

  #deliver(publication: Publication, topic: LiveTopic, live: LiveTopic | undefined): void {
    const { patterns, fanOuts, tails, reauthorize } = this.#parts;
    const tally = tails.size === 0 ? topic.tally : tails.told(publication, topic);
    if (live === undefined && patterns.size === 0) return;
    const admits = admission(publication.audience);
    if (live !== undefined) {
      if (live.access.timely.subscribe) reauthorize(live);
      live.advance(publication);
      fanOuts.start(live, publication, admits, tally);
    }
    if (patterns.size > 0) this.#toPatterns(publication, topic, { admits, tally });
  }

  /** Whether anybody may want to hear what is published on a channel. */
  isHeard(channel: string): boolean {
    const { topics, patterns } = this.#parts;
    return (topics.live.get(channel)?.size ?? 0) > 0 || patterns.size > 0;
  }

  /** The groups of patterns that publications on a channel are delivered to, as far as their sessions may have them. */
  patternsOn(channel: string): readonly PatternGroup[] {
    const topic = this.#parts.topics.known(channel);
    return topic === undefined ? NONE : this.#patternsOf(topic);
  }

  #patternsOf(topic: LiveTopic): readonly PatternGroup[] {
    if (!topic.decidesByAccess) return NONE;
    const groups = this.#parts.patterns.matching(topic.channel);
    return topic.isReserved ? groups.filter(namesReserved) : groups;
  }

  #toPatterns(
    publication: Publication,
    topic: LiveTopic,
    { admits, tally }: { readonly admits: Admits | undefined; readonly tally: DeliveryTally },
  ): void {
    const groups = this.#patternsOf(topic);
    if (groups.length === 0) return;
    const decisions = new Decisions(topic, 'subscribe', groups.length > 1);
    const mayHave: Admits = (session) => admits?.(session) !== false && decisions.allows(session);
    for (const group of groups) this.#parts.fanOuts.start(group, publication, mayHave, tally);
  }
}

function stepOf(publication: Publication, { size: subscribers, request }: LiveTopic): TraceStep {
  return { name: 'deliver', publication, route: request.route, subscribers };
}

/** Whether a pattern that matches a channel is about it: a pattern for everything is not about the server's own. */
export function isMeant(pattern: ChannelSelection, topic: LiveTopic): boolean {
  return !topic.isReserved || namesReserved(pattern);
}
