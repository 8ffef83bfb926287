import type { SessionDetail, SubscriptionRow } from '../answers.js';
import { useAnswer } from '../desk.js';
import { bytes, clock, since } from '../format.js';
import { Disconnect } from '../parts/disconnect.js';
import { Facts } from '../parts/facts.js';
import { Waiting } from '../parts/fault.js';
import { Heading } from '../parts/heading.js';
import { PartsNav } from '../parts/parts-nav.js';
import { type Column, Table } from '../parts/table.js';
import { Code, Payload, Text, WhoText } from '../parts/text.js';
import { hrefOf } from '../place.js';
import { Tail } from './tail.js';

const EVERY = 3_000;

/** The second is of all sessions of its user. */
const PARTS = ['subscriptions', 'tail of the user'] as const;

function columnsFor(realm: string | undefined): readonly Column<SubscriptionRow>[] {
  return [
    {
      title: 'Channel',
      cell: ({ channel, match }) =>
        match === 'exact' ? (
          <a href={hrefOf('channels', channel, { realm })}>
            <Code of={channel} />
          </a>
        ) : (
          <Code of={channel} />
        ),
    },
    { title: 'Match', isWhole: true, cell: ({ match }) => <Text of={match} /> },
    { title: 'Route', isWide: true, cell: ({ route }) => <Text of={route ?? ''} /> },
  ];
}

export interface SessionViewProps {
  readonly id: string;
  readonly query: URLSearchParams;
}

/** One session, what it may be and what it has subscribed to. */
export function SessionView({ id, query }: SessionViewProps) {
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
      {answer !== undefined && <Detail of={answer} part={query.get('part') ?? PARTS[0]} />}
    </>
  );
}

interface DetailProps {
  readonly of: SessionDetail;
  readonly part: string;
}

function Detail({ of, part }: DetailProps) {
  const { kind, id, roles = [], organizations = [], claims } = of.principal;
  const isUser = kind === 'user' && id !== undefined;
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
      {isUser && (
        <PartsNav
          label="Parts of the session"
          parts={PARTS}
          current={part}
          hrefOf={(name) => hrefOf('sessions', of.id, { part: name })}
        />
      )}
      {isUser && part === PARTS[1] ? (
        <Tail query={{ tail_user: id, realm: of.realm }} />
      ) : (
        <Table
          caption="Subscriptions"
          rows={of.subscriptions}
          columns={columnsFor(of.realm)}
          keyOf={({ channel, match }) => `${match} ${channel}`}
          empty="It has subscribed to nothing."
        />
      )}
    </>
  );
}
