import { promiseOf } from './delivery-promise.js';
import { PageSearch } from './page.js';
import { readPosition, writePosition } from './position.js';
import type { Topic } from './topic.js';

/** Which channels are asked for: those that begin with `prefix` and follow `after` by name, so many at most. */
export interface ChannelQuestion {
  readonly type: 'channels';
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
}

/** A channel that somebody is subscribed to. */
export interface ChannelSummary {
  readonly channel: string;
  /** The name of its route. */
  readonly route: string;
  readonly subscribers: number;
  /** Where deliveries are in its history; null without one. */
  readonly position: string | null;
  readonly kind: string;
  /** What is promised about its delivery, in one sentence. */
  readonly promise: string;
}

/** The first of the channels that one node was asked for, by name. */
export interface ChannelsOfNode {
  readonly channels: readonly ChannelSummary[];
  /** Whether more follow. */
  readonly more: boolean;
}

/** Channels in one answer. */
export const MOST_CHANNELS = 1000;

/** The channels of one node. */
export function channelsAmong(
  topics: Iterable<Topic>,
  { prefix, after, limit }: Omit<ChannelQuestion, 'type'>,
): ChannelsOfNode {
  const pages = new PageSearch<Topic>({
    compare: (a, b) => (a.channel < b.channel ? -1 : 1),
    follows: ({ channel }) => channel > after,
    limit: Math.min(Math.max(limit, 1), MOST_CHANNELS),
  });
  for (const topic of topics) if (topic.size > 0 && topic.channel.startsWith(prefix)) pages.offer(topic);
  const { items, more } = pages.page();
  return { channels: items.map(summaryOf), more };
}

/** The channels of several nodes as those of one: each has as many subscribers as on all of them. */
export function channelsOfAll(nodes: Iterable<ChannelsOfNode>, limit: number): ChannelsOfNode {
  const found = new Map<string, ChannelSummary>();
  let more = false;
  for (const node of nodes) {
    more ||= node.more;
    for (const summary of node.channels)
      found.set(summary.channel, together(found.get(summary.channel), summary));
  }
  const channels = [...found.values()].sort((a, b) => (a.channel < b.channel ? -1 : 1));
  return { channels: channels.slice(0, limit), more: more || channels.length > limit };
}

function summaryOf({ channel, size, position, request: { route } }: Topic): ChannelSummary {
  const { kind, promise } = promiseOf(channel, route);
  const at = position === undefined ? null : writePosition(position);
  return { channel, route: route.name, subscribers: size, position: at, kind, promise };
}

function together(known: ChannelSummary | undefined, other: ChannelSummary): ChannelSummary {
  if (known === undefined) return other;
  const position = furthest(known.position, other.position);
  return { ...known, subscribers: known.subscribers + other.subscribers, position };
}

/** Where one node is already, the others will be. Of two histories the first counts. */
function furthest(known: string | null, other: string | null): string | null {
  const [a, b] = [readPosition(known ?? ''), readPosition(other ?? '')];
  if (a === undefined) return other;
  return b?.epoch === a.epoch && b.offset > a.offset ? other : known;
}
