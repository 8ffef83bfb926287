import type { SlowRow } from '../answers.js';
import { useAnswer } from '../desk.js';
import { bytes, clock } from '../format.js';
import { Waiting } from '../parts/fault.js';
import { Heading } from '../parts/heading.js';
import { type Column, Table } from '../parts/table.js';
import { Code, Text, WhoText } from '../parts/text.js';
import { hrefOf } from '../place.js';

interface Answer {
  readonly slow: readonly SlowRow[];
}

const EVERY = 3_000;

const COLUMNS: readonly Column<SlowRow>[] = [
  { title: 'Time', isWhole: true, cell: ({ time }) => clock(time) },
  {
    title: 'Session',
    isWhole: true,
    cell: ({ session }) => (
      <a href={hrefOf('sessions', session)}>
        <Code of={session} />
      </a>
    ),
  },
  { title: 'Principal', isWide: true, cell: ({ principal }) => <WhoText of={principal} /> },
  {
    title: 'Channel',
    isWide: true,
    cell: ({ channel }) => (channel === undefined ? '' : <Code of={channel} />),
  },
  {
    title: 'Waiting',
    isWide: true,
    isNumber: true,
    cell: ({ buffered, code }) => (typeof code === 'number' ? '' : bytes(buffered)),
  },
  { title: 'What happened', cell: ({ code }) => <Text of={happened(code)} /> },
];

/** Who takes less than it is sent. */
export function Slow() {
  const asked = useAnswer<Answer>('slow', {}, EVERY);
  return (
    <>
      <Heading title="Slow consumers" />
      <Waiting for={asked} />
      {asked.answer !== undefined && (
        <Table
          caption="Who is congested now, then the last 100 that were disconnected or conflated"
          rows={asked.answer.slow}
          columns={COLUMNS}
          keyOf={({ time, session, channel, code }) => `${time} ${session} ${channel} ${code}`}
          empty="Nobody is slow, and nobody was."
        />
      )}
    </>
  );
}

function happened(code: number | string): string {
  if (typeof code === 'number') return `disconnected with ${code}`;
  return code === 'congested' ? 'congested now' : code;
}
