import { useRef, useState } from 'preact/hooks';
import { type ApiFault, asFault } from '../api.js';
import { useDesk, useIsFull } from '../desk.js';
import { Fault } from './fault.js';
import { Text } from './text.js';

/** Whom: one session, or all of a user. */
export type Whom = { readonly session: string } | { readonly user: string };

export interface DisconnectProps {
  readonly whom: Whom;
  readonly label: string;
}

/** Ends sessions, after a question. Not there where operators may only look. */
export function Disconnect({ whom, label }: DisconnectProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isDone, setIsDone] = useState(false);
  const isFull = useIsFull();
  if (!isFull) return null;
  const close = () => dialog.current?.close();
  const done = () => {
    setIsDone(true);
    close();
  };
  return (
    <>
      <button
        type="button"
        class="small danger"
        disabled={isDone}
        onClick={() => dialog.current?.showModal()}
      >
        {label}
      </button>
      <span role="status">{isDone && 'disconnected'}</span>
      <dialog ref={dialog} aria-label={`${label}?`}>
        <Question whom={whom} label={label} close={close} done={done} />
      </dialog>
    </>
  );
}

interface QuestionProps extends DisconnectProps {
  readonly close: () => void;
  readonly done: () => void;
}

function Question({ whom, label, close, done }: QuestionProps) {
  const { api } = useDesk();
  const [fault, setFault] = useState<ApiFault>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const reason = String(form.get('reason'));
    const flags = { reconnect: form.has('reconnect'), ...('user' in whom && { revoke: form.has('revoke') }) };
    try {
      await api.post('disconnect', { ...whom, ...flags, ...(reason !== '' && { reason }) });
      done();
    } catch (error) {
      setFault(asFault(error));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h2>
        <Text of={`${label}?`} />
      </h2>
      <label class="field">
        <span>Reason, which the client is told</span>
        <input name="reason" maxLength={120} autocomplete="off" />
      </label>
      <label class="choice">
        <input type="checkbox" name="reconnect" />
        Its client may come back by itself
      </label>
      {'user' in whom && (
        <label class="choice">
          <input type="checkbox" name="revoke" />
          Refuse all credentials that were issued before now, too
        </label>
      )}
      {fault !== undefined && <Fault of={fault} />}
      <div class="actions">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" class="danger">
          Disconnect
        </button>
      </div>
    </form>
  );
}
