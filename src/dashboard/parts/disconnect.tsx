import { useRef, useState } from 'preact/hooks';
import { type ApiFault, asFault } from '../api.js';
import { useDesk, useIsFull } from '../desk.js';
import { Fault } from './fault.js';
import { Text } from './text.js';

export interface DisconnectProps {
  /** Whom: one session, or all of a user. */
  readonly whom: { readonly session: string } | { readonly user: string };
  readonly label: string;
}

/** Ends sessions, after a question. Not there where operators may only look. */
export function Disconnect({ whom, label }: DisconnectProps) {
  const { api } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<ApiFault>();
  const [isDone, setIsDone] = useState(false);
  const isFull = useIsFull();
  if (!isFull) return null;
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await api.post('disconnect', { ...whom, ...(reason !== '' && { reason }) });
      setIsDone(true);
      setFault(undefined);
      dialog.current?.close();
    } catch (error) {
      setFault(asFault(error));
    }
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
      <dialog ref={dialog} aria-labelledby="disconnect-title">
        <form onSubmit={(event) => void submit(event)}>
          <h2 id="disconnect-title">
            <Text of={`${label}?`} />
          </h2>
          <p class="quiet">A client may come back at once. To keep somebody out, withdraw the credentials.</p>
          <label class="field">
            <span>Reason, which the client is told</span>
            <input
              value={reason}
              maxLength={120}
              onInput={({ currentTarget }) => setReason(currentTarget.value)}
            />
          </label>
          {fault !== undefined && <Fault of={fault} />}
          <div class="actions">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" class="danger">
              Disconnect
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
