import type { Overview as Answer, Series } from '../answers.js';
import { useLive } from '../desk.js';
import { bytes, clock, count, many, milliseconds, percent, rate, since } from '../format.js';
import { Chart } from '../parts/chart.js';
import { Facts } from '../parts/facts.js';
import { Heading } from '../parts/heading.js';
import { Table } from '../parts/table.js';
import { Code, Text } from '../parts/text.js';

interface Shown {
  readonly name: string;
  readonly title: string;
  readonly format: (value: number) => string;
}

/** Names of the series, in the order of the charts. */
const CHARTS: readonly Shown[] = [
  { name: 'sessions', title: 'Sessions', format: count },
  { name: 'publications', title: 'Publications/s', format: rate },
  { name: 'deliveries', title: 'Deliveries/s', format: rate },
  { name: 'refusals', title: 'Refusals/s', format: rate },
  { name: 'cpu', title: 'CPU', format: percent },
  { name: 'loopDelay', title: 'Loop delay', format: milliseconds },
];

/** By `load.level`. */
const LEVELS = ['all is let in', 'refuses newcomers', 'refuses newcomers and what can wait'];

/** How this node is at this moment. */
export function Overview() {
  const { overview, series } = useLive();
  return (
    <>
      <Heading title="Overview" />
      {overview === undefined ? (
        <p class="quiet">loading</p>
      ) : (
        <>
          {series !== undefined && <Charts series={series} />}
          <div class="columns">
            <State of={overview} />
            <Figures of={overview.figures} />
            <Protocols of={overview.protocols} />
          </div>
        </>
      )}
    </>
  );
}

function Charts({ series: { step, names, rows } }: { readonly series: Series }) {
  const newest = Math.floor(Date.now() / 1_000);
  const times = rows.map((_, index) => newest - ((rows.length - 1 - index) * step) / 1_000);
  return (
    <section class="charts" aria-label="The last five minutes">
      {CHARTS.map(({ name, title, format }) => {
        const column = names.indexOf(name);
        if (column < 0) return null;
        const values = rows.map((row) => row[column] ?? 0);
        return <Chart key={name} title={title} times={times} values={values} format={format} />;
      })}
    </section>
  );
}

function State({ of: { node, table, load, broker } }: { readonly of: Answer }) {
  const { ready, kind, reason, latency } = broker;
  return (
    <section class="card" aria-labelledby="state-title">
      <h2 id="state-title">This node</h2>
      <Facts
        of={{
          Node: <Code of={node.id} />,
          Version: <Text of={node.version} />,
          Process: <Text of={`${node.pid} on ${node.host}`} />,
          Addresses: node.urls.map((url) => (
            <div key={url}>
              <Code of={url} />
            </div>
          )),
          Up: since(node.startedAt),
          Load: (
            <span class={load.level > 0 ? 'bad' : ''}>{LEVELS[load.level] ?? `level ${load.level}`}</span>
          ),
          Memory: `${bytes(load.rss)}, heap ${bytes(load.heap)}`,
          Broker: (
            <span class={ready ? '' : 'bad'}>
              <Text of={kind} /> {ready ? 'ready' : 'not ready'}
              {latency !== undefined && `, ${milliseconds(latency)}`}
              {reason !== undefined && <Text of={`: ${reason}`} />}
            </span>
          ),
          'Routing table': (
            <>
              <Code of={table.hash.slice(0, 12)} /> {many(table.routes, 'route')}, loaded{' '}
              {clock(table.loadedAt)}
            </>
          ),
        }}
      />
    </section>
  );
}

function Figures({ of }: { readonly of: Answer['figures'] }) {
  const rows = Object.entries(of).map(([name, value]) => ({ name, value }));
  return (
    <section class="card">
      <Table
        caption="Figures"
        rows={rows}
        keyOf={({ name }) => name}
        empty="no figures"
        columns={[
          { title: 'What', cell: ({ name }) => <Text of={wordsOf(name)} /> },
          { title: 'Count', isNumber: true, cell: ({ value }) => count(value) },
        ]}
      />
    </section>
  );
}

function Protocols({ of }: { readonly of: Answer['protocols'] }) {
  return (
    <section class="card">
      <Table
        caption="Protocols"
        rows={of}
        keyOf={({ protocol, transport }) => `${protocol} ${transport}`}
        empty="Nobody is connected."
        columns={[
          { title: 'Protocol', cell: ({ protocol }) => <Text of={protocol} /> },
          { title: 'Transport', cell: ({ transport }) => <Text of={transport} /> },
          { title: 'Sessions', isNumber: true, cell: ({ sessions }) => count(sessions) },
        ]}
      />
    </section>
  );
}

/** `slowConsumers` and `slow_consumers` as words. */
function wordsOf(name: string): string {
  return name
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
