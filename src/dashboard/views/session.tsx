import type { SessionDetail, SubscriptionRow } from '../answers.js';
import { useAnswer } from '../desk.js';
import { bytes, clock, since } from '../format.js';
import { Disconnect } from '../parts/disconnect.js';
import { Facts } from '../parts/facts.js';
import { Waiting } from '../parts/fault.js';
import { Heading } from '../parts/heading.js';
import { type Column, Table } from '../parts/table.js';
import { Code, Payload, Text, WhoText } from '../parts/text.js';
import { hrefOf } from '../place.js';

const EVERY = 3_000;

const COLUMNS: readonly Column<SubscriptionRow>[] = [
  {
    title: 'Channel',
    cell: ({ channel, match }) =>
      match === 'exact' ? (
        <a href={hrefOf('channels', channel)}>
          <Code of={channel} />
        </a>
      ) : (
        <Code of={channel} />
      ),
  },
  { title: 'Match', cell: ({ match }) => <Text of={match} /> },
  { title: 'Route', cell: ({ route }) => <Text of={route ?? ''} /> },
];

/** One session, what it may be and what it has subscribed to. */
export function SessionView({ id }: { readonly id: string }) {
  const asked = useAnswer<SessionDetail>(`sessions/${encodeURIComponent(id)}`, {}, EVERY);
  const { answer } = asked;
  return (
    <>
      <Heading title={`Session ${id}`}>
        {answer !== undefined && (
          <>
            <Disconnect whom={{ session: id }} label="Disconnect" />
            {answer.principal.kind === 'user' && answer.principal.id !== undefined && (
              <Disconnect whom={{ user: answer.principal.id }} label="Disconnect the user" />
            )}
          </>
        )}
      </Heading>
      <p>
        <a href={hrefOf('sessions')}>All sessions</a>
      </p>
      <Waiting for={asked} />
      {answer !== undefined && <Detail of={answer} />}
    </>
  );
}

function Detail({ of }: { readonly of: SessionDetail }) {
  const { roles = [], organizations = [], claims } = of.principal;
  return (
    <>
      <section class="card" aria-label="The session">
        <Facts
          of={{
            Principal: <WhoText of={of.principal} />,
            Roles: <Text of={roles.join(', ')} />,
            Organisations: organizations.length === 0 ? undefined : <Text of={organizations.join(', ')} />,
            Protocol: <Text of={`${of.protocol} over ${of.transport}`} />,
            Address: <Code of={of.remoteAddress} />,
            Realm: of.realm === undefined ? undefined : <Text of={of.realm} />,
            Since: `${clock(of.since)}, for ${since(of.since)}`,
            'Waiting for it': bytes(of.buffered),
            Claims:
              claims === undefined || Object.keys(claims).length === 0 ? undefined : <Payload of={claims} />,
          }}
        />
      </section>
      <Table
        caption="Subscriptions"
        rows={of.subscriptions}
        columns={COLUMNS}
        keyOf={({ channel, match }) => `${match} ${channel}`}
        empty="It has subscribed to nothing."
      />
    </>
  );
}
