import type { PresenceAnswer } from '../answers.js';
import { useAnswer } from '../desk.js';
import { clock, count, many } from '../format.js';
import { Waiting } from '../parts/fault.js';
import { type Column, Table } from '../parts/table.js';
import { Text } from '../parts/text.js';
import type { ChannelPartProps } from './channel-part.js';

type Member = NonNullable<PresenceAnswer['members']>[number];

const EVERY = 3_000;

const COLUMNS: readonly Column<Member>[] = [
  { title: 'User', cell: ({ id, name }) => <Text of={id ?? name ?? 'anonymous'} /> },
  { title: 'Name', isWide: true, cell: ({ name }) => <Text of={name ?? ''} /> },
  { title: 'Since', isNumber: true, cell: ({ since }) => (since === undefined ? '' : clock(since)) },
  { title: 'Sessions', isNumber: true, cell: ({ sessions }) => count(sessions) },
];

/** Who is on a channel, on all nodes. */
export function Presence({ channel, realm }: ChannelPartProps) {
  const asked = useAnswer<PresenceAnswer>('presence', { channel, realm }, EVERY);
  const { answer, fault } = asked;
  if (answer === undefined && fault?.code === 'no_such_route')
    return (
      <p class="empty">
        <Text of={fault.message} />: <Text of={fault.hint ?? ''} />.
      </p>
    );
  return (
    <>
      <Waiting for={asked} />
      {answer !== undefined && (
        <>
          <p>
            {many(answer.users, 'user')} in {many(answer.sessions, 'session')}
          </p>
          {answer.members === undefined ? (
            <p class="empty">There are too many to be named.</p>
          ) : (
            <Table
              caption="Who is here"
              rows={answer.members}
              columns={COLUMNS}
              keyOf={({ id, name, since }) => `${id} ${name} ${since}`}
              empty="Nobody is here."
            />
          )}
        </>
      )}
    </>
  );
}
