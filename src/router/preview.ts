import type { LiveTopic } from './live-topic.js';
import { watchedBy } from './presence-channel.js';
import type { Placement, Routing } from './routing.js';

/** What would become of one live channel by another routing. */
export interface Foreseen {
  readonly channel: string;
  /** The route by its name, as it is and as it would be; without the latter none would match. */
  readonly before: string;
  readonly after: string | undefined;
  /** Whether another handler would be asked about its subscribers. */
  readonly asks: boolean;
  readonly subscriptions: number;
  /** Subscriptions that rules would end; what a handler would say is not known before it is asked. */
  readonly ends: number;
}

/** The live channels about which anything would be different. Nothing is changed, and no handler is asked. */
export function* foresee(topics: Iterable<LiveTopic>, next: Routing): Generator<Foreseen> {
  for (const topic of topics) {
    const placement = placementOf(topic.channel, next);
    if (placement === undefined) yield foreseen(topic, undefined);
    else if (watchedBy(topic.channel) === undefined && differs(topic, placement))
      yield foreseen(topic, placement);
  }
}

function placementOf(channel: string, next: Routing): Placement | undefined {
  const watched = watchedBy(channel);
  try {
    const placement = next.place(watched ?? channel);
    return watched !== undefined && placement?.request.route.presence === undefined ? undefined : placement;
  } catch {
    return undefined;
  }
}

function differs({ request, handler }: LiveTopic, next: Placement): boolean {
  return request.route !== next.request.route || handler !== next.served.handler;
}

function foreseen(topic: LiveTopic, next: Placement | undefined): Foreseen {
  const asks = next !== undefined && next.served.handler !== topic.handler;
  return {
    channel: topic.channel,
    before: topic.request.route.name,
    after: next?.request.route.name,
    asks: asks && next.served.handler.onSubscribe !== undefined,
    subscriptions: topic.size,
    ends: next === undefined ? topic.size : countRefused(topic, next),
  };
}

function countRefused({ subscribers }: LiveTopic, { request, served: { access } }: Placement): number {
  let count = 0;
  for (const { session } of subscribers)
    if (!access.allows('subscribe', { principal: session.principal, request })) count++;
  return count;
}
