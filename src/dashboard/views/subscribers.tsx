import type { Listed, SessionRow } from '../answers.js';
import { useAnswer } from '../desk.js';
import { since } from '../format.js';
import { Waiting } from '../parts/fault.js';
import { PAGE, Pager, usePaging } from '../parts/pager.js';
import { type Column, Table } from '../parts/table.js';
import { Code, Text, WhoText } from '../parts/text.js';
import { hrefOf } from '../place.js';
import type { ChannelPartProps } from './channel-part.js';

interface Answer extends Listed {
  readonly sessions: readonly SessionRow[];
}

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
  { title: 'For', isWide: true, isNumber: true, cell: (row) => since(row.since) },
];

/** Sessions of this node that have subscribed to a channel by its name. */
export function Subscribers({ channel }: ChannelPartProps) {
  const paging = usePaging(channel);
  const asked = useAnswer<Answer>('sessions', { channel, limit: PAGE, after: paging.after }, EVERY);
  const { answer } = asked;
  return (
    <>
      <Waiting for={asked} />
      {answer !== undefined && (
        <>
          <Table
            caption="Subscribers on this node"
            rows={answer.sessions}
            columns={COLUMNS}
            keyOf={({ id, realm }) => `${realm} ${id}`}
            empty="Nobody is subscribed to it on this node."
          />
          <Pager of={answer} shown={answer.sessions.length} paging={paging} />
        </>
      )}
    </>
  );
}
