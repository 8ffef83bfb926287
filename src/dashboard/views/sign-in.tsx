import { useState } from 'preact/hooks';
import { AdminApi, type ApiFault, asFault } from '../api.js';
import { Fault } from '../parts/fault.js';

export interface SignInProps {
  readonly base: URL;
  /** Why one is here again. */
  readonly fault: ApiFault | undefined;
  readonly enter: (key: string) => void;
}

/** The door: asks for the key and tries it. */
export function SignIn({ base, fault: before, enter }: SignInProps) {
  const [key, setKey] = useState('');
  const [fault, setFault] = useState(before);
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setIsBusy(true);
    try {
      await new AdminApi(key.trim(), base).get('overview');
      enter(key.trim());
    } catch (error) {
      setFault(asFault(error));
      setIsBusy(false);
    }
  };
  return (
    <main class="door">
      <h1>signalbox admin</h1>
      <form onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>Admin key</span>
          <input
            type="password"
            required
            value={key}
            autocomplete="current-password"
            aria-describedby="key-hint"
            onInput={({ currentTarget }) => setKey(currentTarget.value)}
          />
        </label>
        <p class="quiet" id="key-hint">
          It is <code>admin.key</code> of the settings, or <code>SIGNALBOX_ADMIN_KEY</code>. This tab forgets
          it when it is closed.
        </p>
        <button type="submit" class="primary" disabled={isBusy}>
          Sign in
        </button>
      </form>
      {fault !== undefined && <Fault of={fault} />}
    </main>
  );
}
