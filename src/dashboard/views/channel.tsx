import type { ChannelRow, Listed } from '../answers.js';
import { useAnswer } from '../desk.js';
import { count, rate } from '../format.js';
import { Facts } from '../parts/facts.js';
import { Heading } from '../parts/heading.js';
import { PartsNav } from '../parts/parts-nav.js';
import { Text } from '../parts/text.js';
import { hrefOf } from '../place.js';
import type { ChannelPartProps } from './channel-part.js';
import { History } from './history.js';
import { Presence } from './presence.js';
import { QueueNow } from './queue-now.js';
import { Subscribers } from './subscribers.js';
import { ChannelTail } from './tail.js';

const PARTS = { tail: ChannelTail, history: History, presence: Presence, subscribers: Subscribers } as const;
const NAMES = Object.keys(PARTS);
const EVERY = 3_000;

interface Answer extends Listed {
  readonly channels: readonly ChannelRow[];
}

export interface ChannelViewProps {
  readonly channel: string;
  readonly query: URLSearchParams;
}

/** One channel: what is published on it now and before, and who is there. */
export function ChannelView({ channel, query }: ChannelViewProps) {
  const asked = query.get('part') ?? 'tail';
  const part = Object.hasOwn(PARTS, asked) ? (asked as keyof typeof PARTS) : 'tail';
  const realm = query.get('realm') ?? undefined;
  const Part = PARTS[part];
  return (
    <>
      <Heading title={channel}>
        <a href={hrefOf('console', undefined, { channel, realm })}>Explain or publish</a>
      </Heading>
      <p>
        <a href={hrefOf('channels')}>All channels</a>
      </p>
      <Now channel={channel} realm={realm} />
      <QueueNow channel={channel} realm={realm} />
      <PartsNav
        label="Parts of the channel"
        parts={NAMES}
        current={part}
        hrefOf={(name) => hrefOf('channels', channel, { part: name, realm })}
      />
      <Part key={part} channel={channel} realm={realm} />
    </>
  );
}

function Now({ channel, realm }: ChannelPartProps) {
  const { answer } = useAnswer<Answer>('channels', { search: channel, limit: 200 }, EVERY);
  if (answer === undefined) return null;
  const row = answer.channels.find(
    (each) => each.channel === channel && (realm === undefined || each.realm === realm),
  );
  if (row === undefined) return <p class="quiet">Nobody is subscribed to it on this node.</p>;
  const { route, subscribers, publications, history } = row;
  return (
    <Facts
      isRow
      of={{
        Route: <Text of={route} />,
        Subscribers: count(subscribers),
        Publications: `${count(publications)}, ${rate(row.rate)}/s`,
        History: history && <Text of={`at ${history.offset} of epoch ${history.epoch}`} />,
      }}
    />
  );
}
