import type { QueueRow } from '../answers.js';
import { useAnswer } from '../desk.js';
import { count } from '../format.js';
import { Searched } from '../parts/searched.js';
import { type Column, Table } from '../parts/table.js';
import { Code, Text } from '../parts/text.js';
import { hrefOf, type Place } from '../place.js';

export interface QueuesAnswer {
  readonly queues: readonly QueueRow[];
}

const EVERY = 3_000;

const COLUMNS: readonly Column<QueueRow>[] = [
  {
    title: 'Queue',
    cell: ({ channel, realm }) => (
      <a href={hrefOf('channels', channel, { realm })}>
        <Code of={channel} />
      </a>
    ),
  },
  { title: 'Route', isWide: true, cell: ({ route }) => <Text of={route ?? 'none'} /> },
  { title: 'Waiting', isNumber: true, cell: (queue) => count(waitingOf(queue)) },
  { title: 'Unacknowledged', isNumber: true, isWide: true, cell: (queue) => count(queue.unacknowledged) },
  { title: 'Consumers', isNumber: true, cell: (queue) => <Consumers of={queue} /> },
  { title: 'Full', isNumber: true, isWide: true, cell: (queue) => <Full of={queue} /> },
  {
    title: 'Dead letters',
    isWide: true,
    cell: ({ deadLetter, realm }) =>
      deadLetter === undefined ? (
        <span class="quiet">dropped</span>
      ) : (
        <a href={hrefOf('channels', deadLetter, { realm })}>
          <Code of={deadLetter} />
        </a>
      ),
  },
];

/** What waits for its consumers. */
export function Queues({ place }: { readonly place: Place }) {
  const search = place.query.get('search') ?? '';
  const asked = useAnswer<QueuesAnswer>('queues', {}, EVERY);
  const wanted = search.toLowerCase();
  const queues = (asked.answer?.queues ?? []).filter(({ channel }) => channel.toLowerCase().includes(wanted));
  return (
    <Searched title="Queues" search={search} asked={asked}>
      <Table
        caption="Queues that hold messages or have consumers, the longest first, 200 at most"
        rows={queues}
        columns={COLUMNS}
        keyOf={({ channel, realm }) => `${realm} ${channel}`}
        empty={search === '' ? 'No queue holds anything.' : 'No queue is like this.'}
      />
    </Searched>
  );
}

export function waitingOf({ messages, unacknowledged }: QueueRow): number {
  return Math.max(0, messages - unacknowledged);
}

/** What waits for nobody has to be seen. */
function Consumers({ of }: { readonly of: QueueRow }) {
  const isLonely = of.consumers === 0 && of.messages > 0;
  return <span class={isLonely ? 'bad' : ''}>{count(of.consumers)}</span>;
}

/** Of the messages that there is room for; over it publishers are refused. */
function Full({ of: { messages, size } }: { readonly of: QueueRow }) {
  if (size === undefined) return null;
  const share = messages / size;
  return <span class={share >= 0.8 ? 'bad' : ''}>{`${Math.round(share * 100)} % of ${count(size)}`}</span>;
}
