import type { ChannelRow, Listed } from '../answers.js';
import { useAnswer } from '../desk.js';
import { count, rate } from '../format.js';
import { refine } from '../go.js';
import { Waiting } from '../parts/fault.js';
import { Heading } from '../parts/heading.js';
import { PAGE, Pager, usePaging } from '../parts/pager.js';
import { SearchField } from '../parts/search-field.js';
import { type Column, Table } from '../parts/table.js';
import { Code, Text } from '../parts/text.js';
import { hrefOf, type Place } from '../place.js';
import { ChannelView } from './channel.js';

interface Answer extends Listed {
  readonly channels: readonly ChannelRow[];
}

const EVERY = 5_000;

const COLUMNS: readonly Column<ChannelRow>[] = [
  {
    title: 'Channel',
    order: 'name',
    cell: ({ channel, realm }) => (
      <a href={hrefOf('channels', channel, { realm })}>
        <Code of={channel} />
      </a>
    ),
  },
  { title: 'Route', isWide: true, cell: ({ route }) => <Text of={route} /> },
  {
    title: 'Subscribers',
    order: 'subscribers',
    isNumber: true,
    cell: ({ subscribers }) => count(subscribers),
  },
  { title: 'Rate/s', order: 'rate', isNumber: true, cell: (row) => rate(row.rate) },
  { title: 'Publications', isWide: true, isNumber: true, cell: ({ publications }) => count(publications) },
  {
    title: 'Offset',
    isWide: true,
    isNumber: true,
    cell: ({ history }) => (history === undefined ? '' : count(history.offset)),
  },
];

/** The live channels of this node. */
export function Channels({ place }: { readonly place: Place }) {
  const { name, query } = place;
  return name === undefined ? <List query={query} /> : <ChannelView channel={name} query={query} />;
}

function List({ query }: { readonly query: URLSearchParams }) {
  const search = query.get('search') ?? '';
  const sort = query.get('sort') ?? 'name';
  const paging = usePaging(`${search} ${sort}`);
  const asked = useAnswer<Answer>('channels', { search, sort, limit: PAGE, after: paging.after }, EVERY);
  return (
    <>
      <Heading title="Channels" />
      <div class="filters">
        <SearchField label="Search" value={search} search={(text) => refine({ search: text })} />
        <OpenChannel />
      </div>
      <Waiting for={asked} />
      {asked.answer !== undefined && (
        <>
          <Table
            caption="Live channels of this node"
            rows={asked.answer.channels}
            columns={COLUMNS}
            keyOf={({ channel, realm }) => `${realm} ${channel}`}
            empty={search === '' ? 'Nobody is subscribed to anything.' : 'No live channel is like this.'}
            order={{ by: sort, choose: (next) => refine({ sort: next }) }}
          />
          <Pager of={asked.answer} shown={asked.answer.channels.length} paging={paging} />
        </>
      )}
    </>
  );
}

/** A channel has a history, and can be tailed, before somebody is subscribed to it. */
function OpenChannel() {
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    const channel = new FormData(event.currentTarget as HTMLFormElement).get('channel');
    if (typeof channel === 'string' && channel !== '') location.hash = hrefOf('channels', channel);
  };
  return (
    <form class="field-and-button" onSubmit={open}>
      <label class="field">
        <span>Open a channel by its name</span>
        <input
          name="channel"
          required
          maxLength={255}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
        />
      </label>
      <button type="submit">Open</button>
    </form>
  );
}
