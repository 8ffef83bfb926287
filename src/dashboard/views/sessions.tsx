import type { Listed, SessionRow } from '../answers.js';
import { useAnswer, useLiveOf } from '../desk.js';
import { bytes, count, since } from '../format.js';
import { refine } from '../go.js';
import { Waiting } from '../parts/fault.js';
import { Heading } from '../parts/heading.js';
import { PAGE, Pager, usePaging } from '../parts/pager.js';
import { SearchField } from '../parts/search-field.js';
import { type Column, Table } from '../parts/table.js';
import { Code, Text, WhoText } from '../parts/text.js';
import { hrefOf, type Place } from '../place.js';
import { SessionView } from './session.js';

interface Answer extends Listed {
  readonly sessions: readonly SessionRow[];
}

/** Milliseconds between two looks at a list. */
const EVERY = 5_000;

const COLUMNS: readonly Column<SessionRow>[] = [
  {
    title: 'Session',
    isWhole: true,
    cell: ({ id }) => (
      <a href={hrefOf('sessions', id)}>
        <Code of={id} />
      </a>
    ),
  },
  { title: 'Principal', cell: ({ principal }) => <WhoText of={principal} /> },
  { title: 'Protocol', isWhole: true, cell: ({ protocol }) => <Text of={protocol} /> },
  { title: 'Transport', isWide: true, cell: ({ transport }) => <Text of={transport} /> },
  { title: 'Address', isWide: true, cell: ({ remoteAddress }) => <Code of={remoteAddress} /> },
  { title: 'For', isWide: true, isNumber: true, cell: (row) => since(row.since) },
  { title: 'Subscriptions', isNumber: true, isWide: true, cell: ({ subscriptions }) => count(subscriptions) },
  { title: 'Waiting', isNumber: true, isWide: true, cell: ({ buffered }) => bytes(buffered) },
];

/** Who is connected to this node. */
export function Sessions({ place }: { readonly place: Place }) {
  return place.name === undefined ? (
    <List query={place.query} />
  ) : (
    <SessionView id={place.name} query={place.query} />
  );
}

function List({ query }: { readonly query: URLSearchParams }) {
  const search = query.get('search') ?? '';
  const protocol = query.get('protocol') ?? '';
  const protocols = useLiveOf(({ overview }) => overview?.protocols);
  const paging = usePaging(`${search} ${protocol}`);
  const asked = useAnswer<Answer>('sessions', { search, protocol, limit: PAGE, after: paging.after }, EVERY);
  const names = [
    ...new Set([...(protocols ?? []).map((each) => each.protocol), ...(protocol === '' ? [] : [protocol])]),
  ];
  return (
    <>
      <Heading title="Sessions" />
      <div class="filters">
        <SearchField label="Search" value={search} search={(text) => refine({ search: text })} />
        <label class="field">
          <span>Protocol</span>
          <select
            value={protocol}
            onChange={({ currentTarget }) => refine({ protocol: currentTarget.value })}
          >
            <option value="">all</option>
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Waiting for={asked} />
      {asked.answer !== undefined && (
        <>
          <Table
            caption="Sessions of this node"
            rows={asked.answer.sessions}
            columns={COLUMNS}
            keyOf={({ id, realm }) => `${realm} ${id}`}
            empty={search === '' && protocol === '' ? 'Nobody is connected.' : 'No session is like this.'}
          />
          <Pager of={asked.answer} shown={asked.answer.sessions.length} paging={paging} />
        </>
      )}
    </>
  );
}
