import type { NodeRow } from '../answers.js';
import { useAnswer } from '../desk.js';
import { count, milliseconds, since, span } from '../format.js';
import { Waiting } from '../parts/fault.js';
import { Heading } from '../parts/heading.js';
import { type Column, Table } from '../parts/table.js';
import { Code, Text } from '../parts/text.js';

interface Answer {
  /** The node that answers. */
  readonly this: string;
  readonly nodes: readonly NodeRow[];
}

const EVERY = 3_000;
/** Milliseconds: nodes say that they live every three seconds, and are given up after seven. */
const LATE = 4_500;

/** The nodes of the cluster, and whether they route alike. */
export function Nodes() {
  const asked = useAnswer<Answer>('nodes', {}, EVERY);
  const { answer } = asked;
  return (
    <>
      <Heading title="Nodes" />
      <Waiting for={asked} />
      {answer !== undefined && <List of={answer} />}
    </>
  );
}

function List({ of: { this: own, nodes } }: { readonly of: Answer }) {
  const tables = new Set(nodes.map(({ table }) => table)).size;
  const versions = new Set(nodes.map(({ version }) => version)).size;
  return (
    <>
      {tables > 1 && (
        <p class="notice bad">
          <strong>The nodes have {tables} different routing tables.</strong> The same channel may be routed
          differently on each. <code>signalbox plan</code> shows what differs; start or reload the nodes with
          the same files.
        </p>
      )}
      {versions > 1 && <p class="notice">The nodes run {versions} different versions.</p>}
      <Table
        caption="Nodes that live"
        rows={nodes}
        columns={columnsFor(own, nodes)}
        keyOf={({ id }) => id}
        empty="No node is known."
      />
    </>
  );
}

function columnsFor(own: string, nodes: readonly NodeRow[]): readonly Column<NodeRow>[] {
  const here = nodes.find(({ id }) => id === own);
  return [
    {
      title: 'Node',
      cell: ({ id }) => (
        <>
          <Code of={id} /> {id === own && <span class="tag">this one</span>}
        </>
      ),
    },
    { title: 'Version', cell: ({ version }) => <Text of={version} /> },
    {
      title: 'Routing table',
      cell: ({ table }) => (
        <>
          <Code of={table.slice(0, 12)} />{' '}
          {here !== undefined && table !== here.table && <span class="tag bad">differs</span>}
        </>
      ),
    },
    { title: 'Heard', isWhole: true, isNumber: true, cell: ({ heartbeat }) => <Heard of={heartbeat} /> },
    { title: 'Up', isWide: true, isNumber: true, cell: ({ startedAt }) => since(startedAt) },
    { title: 'Loop late by', isWide: true, isNumber: true, cell: ({ lag }) => milliseconds(lag) },
    { title: 'Channels', isWide: true, isNumber: true, cell: ({ channels }) => count(channels) },
    {
      title: 'Subscriptions',
      isWide: true,
      isNumber: true,
      cell: ({ subscriptions }) => count(subscriptions),
    },
    { title: 'Sessions', isNumber: true, cell: ({ sessions }) => count(sessions) },
  ];
}

/** How long ago a node was heard; one that is late may be dead or cut off. */
function Heard({ of }: { readonly of: number }) {
  return (
    <>
      {span(of)} {of > LATE && <span class="tag bad">late</span>}
    </>
  );
}
