import { type Admits, admission } from '../core/audience.js';
import type { ChannelSelection } from '../core/broker.js';
import type { Publication } from '../core/publication.js';
import type { Tracer, TraceStep } from '../core/tracer.js';
import { namesReserved } from './channel-name.js';
import { Decisions } from './decisions.js';
import type { FanOuts } from './fan-outs.js';
import type { LiveTopic } from './live-topic.js';
import type { PatternGroup, PatternGroups } from './pattern-groups.js';
import type { Topics } from './topics.js';

export interface DeliveryParts {
  readonly topics: Topics;
  readonly patterns: PatternGroups;
  readonly fanOuts: FanOuts;
  readonly tracer?: Tracer | undefined;
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
    const { topics, patterns, tracer } = this.#parts;
    this.#publications++;
    const topic = topics.live.get(publication.channel);
    if (topic === undefined && patterns.size === 0) return;
    const step =
      publication.trace === undefined || topic === undefined ? undefined : stepOf(publication, topic);
    if (tracer === undefined || step === undefined) this.#deliver(publication, topic);
    else void tracer.step(step, () => this.#deliver(publication, topic));
  }

  #deliver(publication: Publication, topic: LiveTopic | undefined): void {
    const { topics, patterns, fanOuts, reauthorize } = this.#parts;
    const admits = admission(publication.audience);
    if (topic !== undefined) {
      if (topic.access.timely.subscribe) reauthorize(topic);
      topic.advance(publication);
      fanOuts.start(topic, publication, admits);
    }
    if (patterns.size > 0) {
      const matched = topic ?? topics.known(publication.channel);
      if (matched !== undefined) this.#toPatterns(publication, matched, admits);
    }
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

  #toPatterns(publication: Publication, topic: LiveTopic, admits: Admits | undefined): void {
    const groups = this.#patternsOf(topic);
    if (groups.length === 0) return;
    const decisions = new Decisions(topic, 'subscribe', groups.length > 1);
    const mayHave: Admits = (session) => admits?.(session) !== false && decisions.allows(session);
    for (const group of groups) this.#parts.fanOuts.start(group, publication, mayHave);
  }
}

function stepOf(publication: Publication, { size: subscribers, request }: LiveTopic): TraceStep {
  return { name: 'deliver', publication, route: request.route, subscribers };
}

/** Whether a pattern that matches a channel is about it: a pattern for everything is not about the server's own. */
export function isMeant(pattern: ChannelSelection, topic: LiveTopic): boolean {
  return !topic.isReserved || namesReserved(pattern);
}
