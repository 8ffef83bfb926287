import { useState } from 'preact/hooks';
import type { ReloadRow } from '../answers.js';
import { type ApiFault, asFault } from '../api.js';
import { useAnswer, useDesk, useIsFull, useLiveOf } from '../desk.js';
import { clock, since } from '../format.js';
import { Facts } from '../parts/facts.js';
import { Fault, Waiting } from '../parts/fault.js';
import { Heading } from '../parts/heading.js';
import { type Column, Table } from '../parts/table.js';
import { Block, Code, Text } from '../parts/text.js';

interface Answer {
  readonly reloads: readonly ReloadRow[];
}

const EVERY = 5_000;

const COLUMNS: readonly Column<ReloadRow>[] = [
  { title: 'Time', isWhole: true, cell: ({ time }) => clock(time) },
  { title: 'Outcome', isWhole: true, cell: ({ applied }) => <Outcome of={applied} /> },
  { title: 'In short', cell: ({ lines }) => <Text of={lines.at(-1) ?? ''} /> },
];

/** What the server goes by, and what came of the last times that it was told to read its files again. */
export function Reloads() {
  const asked = useAnswer<Answer>('reloads', {}, EVERY);
  const isFull = useIsFull();
  return (
    <>
      <Heading title="Reloads" />
      <InForce />
      {isFull && <Deeds done={asked.again} />}
      <Waiting for={asked} />
      {asked.answer !== undefined && (
        <Table
          caption="The last 20 reloads of this node, the newest first"
          rows={asked.answer.reloads}
          columns={COLUMNS}
          keyOf={({ time }) => time}
          empty="It was not reloaded since its start."
          detail={({ lines }) => <Block label="What came of it" text={lines.join('\n')} />}
          nameOf={({ time }) => `the reload at ${clock(time)}`}
        />
      )}
    </>
  );
}

/** The routing table that is in force. */
function InForce() {
  const table = useLiveOf(({ overview }) => overview?.table);
  if (table === undefined) return null;
  return (
    <Facts
      isRow
      of={{
        'Routing table': <Code of={table.hash} />,
        Routes: String(table.routes),
        'In force since': `${clock(table.loadedAt)}, for ${since(table.loadedAt)}`,
      }}
    />
  );
}

function Outcome({ of }: { readonly of: boolean }) {
  return <span class={of ? 'good' : 'bad'}>{of ? 'applied' : 'refused'}</span>;
}

type Deed = 'plan' | 'reload';

/** Asks what would change, and changes it. */
function Deeds({ done }: { readonly done: () => void }) {
  const { api } = useDesk();
  const [isAll, setIsAll] = useState(false);
  const [busy, setBusy] = useState<Deed>();
  const [outcome, setOutcome] = useState<ReloadRow | ApiFault>();
  const act = async (deed: Deed) => {
    setBusy(deed);
    try {
      setOutcome(await api.post<ReloadRow>(deed, deed === 'reload' ? { all: isAll } : {}));
    } catch (error) {
      setOutcome(asFault(error));
    }
    setBusy(undefined);
    done();
  };
  return (
    <section class="card" aria-labelledby="deeds-title">
      <h2 id="deeds-title">Settings, routes and handlers</h2>
      <div class="actions">
        <button type="button" class="primary" disabled={busy !== undefined} onClick={() => void act('plan')}>
          Plan
        </button>
        <button type="button" disabled={busy !== undefined} onClick={() => void act('reload')}>
          Reload
        </button>
        <label class="choice">
          <input
            type="checkbox"
            checked={isAll}
            onChange={({ currentTarget }) => setIsAll(currentTarget.checked)}
          />
          On all nodes
        </label>
        <p class="quiet" role="status">
          {busy === undefined ? 'A plan says what a reload would do, and does nothing.' : 'reading'}
        </p>
      </div>
      {outcome !== undefined && <Told of={outcome} />}
    </section>
  );
}

function Told({ of }: { readonly of: ReloadRow | ApiFault }) {
  if (!('lines' in of)) return <Fault of={of} />;
  return <Block label="What came of it" text={of.lines.join('\n')} />;
}
