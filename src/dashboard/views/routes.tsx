import { useState } from 'preact/hooks';
import type { RouteRow } from '../answers.js';
import { useAnswer } from '../desk.js';
import { count, many } from '../format.js';
import { Facts } from '../parts/facts.js';
import { PAGE } from '../parts/pager.js';
import { Searched } from '../parts/searched.js';
import { type Column, Table } from '../parts/table.js';
import { Code, Text } from '../parts/text.js';
import { hrefOf, type Place } from '../place.js';

interface Answer {
  readonly routes: readonly RouteRow[];
}

const EVERY = 5_000;

const COLUMNS: readonly Column<RouteRow>[] = [
  { title: 'Route', cell: ({ name }) => <Text of={name} /> },
  { title: 'Pattern', cell: ({ pattern }) => <Code of={pattern} /> },
  { title: 'Handler', isWidest: true, cell: ({ handler }) => <Text of={handler ?? 'none'} /> },
  { title: 'Traits', isWidest: true, cell: ({ traits }) => traits.join(', ') },
  { title: 'Subscribe', isWide: true, cell: (route) => <Rules of={route} operation="subscribe" /> },
  { title: 'Publish', isWide: true, cell: (route) => <Rules of={route} operation="publish" /> },
  { title: 'Subscribers', isNumber: true, isWide: true, cell: ({ subscribers }) => count(subscribers) },
  { title: 'Publications', isNumber: true, isWide: true, cell: ({ publications }) => count(publications) },
  {
    title: 'Refusals',
    isNumber: true,
    cell: ({ refusals }) => <span class={refusals > 0 ? 'bad' : ''}>{count(refusals)}</span>,
  },
];

const MAY: Readonly<Record<string, string>> = {
  history: 'May read the history',
  presence: 'May see who is there',
};

/** What the server routes, in the order in which it is tried. */
export function Routes({ place }: { readonly place: Place }) {
  const search = place.query.get('search') ?? '';
  const [shown, setShown] = useState(PAGE);
  const asked = useAnswer<Answer>('routes', {}, EVERY);
  const routes = (asked.answer?.routes ?? []).filter((route) => isFound(route, search.toLowerCase()));
  return (
    <Searched title="Routes" search={search} asked={asked}>
      <Table
        caption="Routes in the order in which they are tried, and what happened on this node since its start"
        rows={routes.slice(0, shown)}
        columns={COLUMNS}
        keyOf={({ name }) => name}
        empty={search === '' ? 'There are no routes.' : 'No route is like this.'}
        detail={(route) => <Detail of={route} />}
        nameOf={({ name }) => name}
      />
      {routes.length > shown && (
        <button type="button" onClick={() => setShown(shown + PAGE)}>
          Show more ({count(routes.length - shown)})
        </button>
      )}
    </Searched>
  );
}

function Detail({ of }: { readonly of: RouteRow }) {
  const { handler, file, line, traits, access, channels, subscribers, publications, deliveries, refusals } =
    of;
  return (
    <>
      <Facts
        of={{
          Handler: <Text of={handler ?? 'none'} />,
          Declared: file === undefined ? undefined : <Code of={`${file}:${line ?? 1}`} />,
          Traits: traits.length === 0 ? undefined : <Text of={traits.join(', ')} />,
          ...Object.fromEntries(
            Object.keys(access).map((name) => [
              MAY[name] ?? `May ${name}`,
              <Rules key={name} of={of} operation={name} />,
            ]),
          ),
          Now: `${many(channels, 'channel')}, ${many(subscribers, 'subscriber')}`,
          'Since the start': `${many(publications, 'publication')}, ${many(deliveries, 'delivery', 'deliveries')}, ${many(refusals, 'refusal')}`,
        }}
      />
      <p>
        <a href={hrefOf('channels', undefined, { search: literalStart(of.pattern) })}>Its channels</a>
      </p>
    </>
  );
}

interface RulesProps {
  readonly of: RouteRow;
  readonly operation: string;
}

/** What has to hold: one of the rules of the route, and one of those of its handler where that demands more. */
function Rules({ of: { access, demands }, operation }: RulesProps) {
  const own = (access[operation] ?? []).join(' or ');
  const more = demands?.[operation]?.join(' or ') ?? own;
  if (own === '' || more === '') return <span class="quiet">nobody</span>;
  if (own === more) return <Code of={own} />;
  return (
    <>
      <Code of={own} /> and <Code of={more} />
    </>
  );
}

function isFound({ name, pattern, handler = '' }: RouteRow, wanted: string): boolean {
  return [name, pattern, handler].some((text) => text.toLowerCase().includes(wanted));
}

/** What all channels of a pattern begin with. */
function literalStart(pattern: string): string {
  return pattern.split(/[{<]/, 1)[0] ?? '';
}
