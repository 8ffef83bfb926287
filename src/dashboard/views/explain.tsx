import { useState } from 'preact/hooks';
import type { Actor, Explanation } from '../answers.js';
import { type ApiFault, asFault } from '../api.js';
import { useDesk } from '../desk.js';
import { Fault } from '../parts/fault.js';
import { JsonField, readJson } from '../parts/json-field.js';
import { Block } from '../parts/text.js';

const OPERATIONS = ['subscribe', 'publish', 'history', 'presence', 'call', 'register'] as const;

export interface ExplainProps {
  readonly channel: string;
  readonly as: Actor;
  /** Undefined for the main one. */
  readonly realm: string | undefined;
  /** The operation that is chosen at first. */
  readonly first: string | undefined;
}

/** What would be decided, and by which rules; nothing happens by it. */
export function Explain({ channel, as, realm, first }: ExplainProps) {
  const { api } = useDesk();
  const [operation, setOperation] = useState(OPERATIONS.find((each) => each === first) ?? 'subscribe');
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<Explanation | ApiFault>();
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      const payload = operation === 'publish' && text !== '' ? readJson(text) : undefined;
      setOutcome(await api.post<Explanation>('explain', { operation, channel, as, realm, payload }));
    } catch (error) {
      setOutcome(asFault(error));
    }
  };
  return (
    <section class="card" aria-labelledby="explain-title">
      <h2 id="explain-title">Explain</h2>
      <form class="filters" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>Operation</span>
          <select
            value={operation}
            onChange={({ currentTarget: { value } }) =>
              setOperation(OPERATIONS.find((each) => each === value) ?? 'subscribe')
            }
          >
            {OPERATIONS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        {operation === 'publish' && (
          <JsonField label="Payload, as JSON, if it matters" value={text} set={setText} />
        )}
        <button type="submit" class="primary" disabled={channel === ''}>
          Explain
        </button>
      </form>
      <div role="status" class="outcome">
        {outcome !== undefined && <Outcome of={outcome} />}
      </div>
    </section>
  );
}

function Outcome({ of }: { readonly of: Explanation | ApiFault }) {
  if (!('lines' in of)) return <Fault of={of} />;
  // Where a route matches, what follows is about somebody; before it are the routes, of which there may be many.
  const tried = of.lines.slice(
    0,
    Math.max(
      0,
      of.lines.findIndex((line) => line.startsWith('as ')),
    ),
  );
  return (
    <>
      <p>
        <strong class={of.allowed ? 'good' : 'bad'}>{of.allowed ? 'Allowed' : 'Refused'}</strong>
      </p>
      {tried.length > 0 && (
        <details>
          <summary>Routes that were tried</summary>
          <Block label="Routes that were tried" text={tried.join('\n')} />
        </details>
      )}
      <Block label="How it is decided" text={of.lines.slice(tried.length).join('\n')} />
    </>
  );
}
