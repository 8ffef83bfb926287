import { useState } from 'preact/hooks';
import type { Actor } from '../answers.js';
import { ApiFault, asFault } from '../api.js';
import { useDesk } from '../desk.js';
import { Fault } from '../parts/fault.js';
import { JsonField, readJson } from '../parts/json-field.js';
import { Text } from '../parts/text.js';

export interface PublishFormProps {
  readonly channel: string;
  readonly as: Actor;
  readonly realm: string | undefined;
}

interface Published {
  readonly id: string | null;
  readonly offset: number | null;
}

/** Publishes as somebody, with all rules that hold for that principal. */
export function PublishForm({ channel, as, realm }: PublishFormProps) {
  const { api } = useDesk();
  const [text, setText] = useState('{"text": "hello"}');
  const [outcome, setOutcome] = useState<Published | ApiFault>();
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      setOutcome(await api.post<Published>('publish', { channel, payload: readJson(text), as, realm }));
    } catch (error) {
      setOutcome(asFault(error));
    }
  };
  return (
    <section class="card" aria-labelledby="publish-title">
      <h2 id="publish-title">Publish</h2>
      <form onSubmit={(event) => void submit(event)}>
        <JsonField label="Payload, as JSON" value={text} set={setText} />
        <button type="submit" disabled={channel === ''}>
          Publish
        </button>
      </form>
      <div role="status" class="outcome">
        {outcome !== undefined && <Outcome of={outcome} />}
      </div>
    </section>
  );
}

function Outcome({ of }: { readonly of: Published | ApiFault }) {
  if (of instanceof ApiFault) return <Fault of={of} />;
  return (
    <p class="good">
      <Text
        of={`published${of.id === null ? '' : ` as ${of.id}`}${of.offset === null ? '' : `, offset ${of.offset}`}`}
      />
    </p>
  );
}
