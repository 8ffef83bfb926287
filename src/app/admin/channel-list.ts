import type { ChannelQuery, CountedTopic, InspectedChannel, ListPage } from '../../core/inspection.js';
import { PageSearch } from '../../core/page.js';
import type { RunningRealm } from '../realms.js';
import { readCursor, writeCursor } from './cursor.js';

/** What a list is ordered by before the name, the greatest first. */
const ORDERS: Readonly<Record<ChannelQuery['sort'], (topic: CountedTopic) => number>> = {
  name: () => 0,
  subscribers: ({ size }) => size,
  rate: (topic) => rateOf(topic),
};

/** A page of the channels of all realms that somebody is subscribed to. */
export function listChannels(
  realms: Iterable<RunningRealm>,
  { search = '', sort, limit, after }: ChannelQuery,
): ListPage<InspectedChannel> {
  const by = ORDERS[sort];
  const cursor = after === undefined ? undefined : readCursor(after);
  const pages = new PageSearch<CountedTopic>({
    compare: (a, b) => by(b) - by(a) || order(a, b),
    limit,
    follows: (topic) =>
      cursor === undefined ||
      by(topic) < cursor.by ||
      (by(topic) === cursor.by && topic.channel > cursor.name),
  });
  const wanted = search.toLowerCase();
  for (const { router } of realms) {
    for (const topic of router.inspection.topics.values())
      if (topic.size > 0 && (wanted === '' || topic.channel.toLowerCase().includes(wanted)))
        pages.offer(topic);
  }
  const page = pages.page();
  const last = page.items.at(-1);
  return {
    ...page,
    items: page.items.map((topic) => ({ topic, realm: realmOf(topic, realms), rate: rateOf(topic) })),
    next: page.more && last !== undefined ? writeCursor({ by: by(last), name: last.channel }) : undefined,
  };
}

/** Publications a second, as last looked at, or of its whole life. */
export function rateOf({ rate, publications, created }: CountedTopic): number {
  if (rate !== undefined) return rate;
  return (publications * 1000) / Math.max(1000, Date.now() - created);
}

/** Looks at all channels: what was published on each since the last look, `seconds` ago. */
export function measureRates(realms: Iterable<RunningRealm>, seconds: number): void {
  for (const { router } of realms) {
    for (const topic of router.inspection.topics.values()) {
      // Of one that was not looked at before it is not known when it was published.
      if (topic.counted >= 0) topic.rate = (topic.publications - topic.counted) / seconds;
      topic.counted = topic.publications;
    }
  }
}

/** Two realms may have a channel of the same name. */
function order(a: CountedTopic, b: CountedTopic): number {
  if (a.channel !== b.channel) return a.channel < b.channel ? -1 : 1;
  return a.id - b.id;
}

function realmOf(topic: CountedTopic, realms: Iterable<RunningRealm>): string {
  for (const { name, router } of realms)
    if (router.inspection.topics.get(topic.channel) === topic) return name;
  return '';
}
