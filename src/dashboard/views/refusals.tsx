import type { RefusalRow } from '../answers.js';
import { useAnswer, useLiveOf } from '../desk.js';
import { clock, count, whoOf } from '../format.js';
import { Facts } from '../parts/facts.js';
import { Searched } from '../parts/searched.js';
import { type Column, Table } from '../parts/table.js';
import { Block, Code, Text, WhoText } from '../parts/text.js';
import { hrefOf, type Place } from '../place.js';
import { useCalm } from '../use-calm.js';

interface Answer {
  readonly refusals: readonly RefusalRow[];
}

const EVERY = 10_000;
/** Milliseconds between two looks, while there are new ones. */
const CALM = 2_000;

const COLUMNS: readonly Column<RefusalRow>[] = [
  { title: 'Time', isWhole: true, cell: ({ time }) => clock(time) },
  { title: 'Code', isWhole: true, cell: ({ code }) => <Code of={code} /> },
  { title: 'Operation', isWide: true, cell: ({ operation }) => <Text of={operation} /> },
  { title: 'Channel', cell: ({ channel }) => (channel === undefined ? '' : <Code of={channel} />) },
  { title: 'Principal', isWide: true, cell: ({ principal }) => <WhoText of={principal} /> },
  { title: 'Times', isNumber: true, cell: ({ times }) => count(times) },
];

/** What was refused last, and how that came about. */
export function Refusals({ place }: { readonly place: Place }) {
  const search = place.query.get('search') ?? '';
  // There may be thousands a second, and one question after the other would get no answer.
  const heard = useCalm(
    useLiveOf((state) => state.refusals),
    CALM,
  );
  const asked = useAnswer<Answer>('refusals', {}, EVERY, heard);
  const refusals = (asked.answer?.refusals ?? []).filter((refusal) => isFound(refusal, search.toLowerCase()));
  return (
    <Searched title="Refusals" search={search} asked={asked}>
      <Table
        caption="The last 200 refusals of this node, the newest first"
        rows={refusals}
        columns={COLUMNS}
        keyOf={keyOf}
        empty={search === '' ? 'Nothing was refused.' : 'No refusal is like this.'}
        detail={(refusal) => <Detail of={refusal} />}
        nameOf={({ code, channel, time }) => `${code} ${channel ?? ''} at ${clock(time)}`}
      />
    </Searched>
  );
}

function Detail({ of }: { readonly of: RefusalRow }) {
  const { reason, hint, operation, channel, route, principal, session, remoteAddress, request, decided } = of;
  return (
    <>
      <p>
        <strong>
          <Text of={reason} />
        </strong>
      </p>
      {hint !== undefined && (
        <p>
          <Text of={hint} />
        </p>
      )}
      <Facts
        of={{
          Operation: <Text of={operation} />,
          Route: route && <Text of={route} />,
          Principal: <WhoText of={principal} />,
          Session: session && (
            <a href={hrefOf('sessions', session)}>
              <Code of={session} />
            </a>
          ),
          Address: remoteAddress && <Code of={remoteAddress} />,
          'In the log': request && <Code of={`request ${request}`} />,
        }}
      />
      {decided.length > 0 && <Block label="How it was decided" text={decided.join('\n')} />}
      {channel !== undefined && operation !== 'connect' && (
        <p>
          <a
            href={hrefOf('console', undefined, {
              channel,
              operation,
              as: whoOf(principal),
              roles: principal?.roles?.join(', '),
            })}
          >
            Explain it as it is now
          </a>
        </p>
      )}
    </>
  );
}

/** Stays the same while more of the same come. */
function keyOf({ request, code, channel, operation, session, time }: RefusalRow): string {
  return `${session ?? request ?? time} ${operation} ${code} ${channel}`;
}

function isFound({ code, channel = '', reason, principal, route = '' }: RefusalRow, wanted: string): boolean {
  return [code, channel, reason, route, whoOf(principal)].some((text) => text.toLowerCase().includes(wanted));
}
