import type { ApiFault } from '../api.js';
import type { Asked } from '../desk.js';
import { Text } from './text.js';

/** Why something is not there, and what helps. */
export function Fault({ of, retry }: { readonly of: ApiFault; readonly retry?: () => void }) {
  return (
    <div class="notice bad" role="status">
      <p>
        <strong>
          <Text of={of.message} />
        </strong>{' '}
        <span class="quiet">({of.code})</span>
      </p>
      {of.hint !== undefined && (
        <p>
          <Text of={of.hint} />
        </p>
      )}
      {retry !== undefined && (
        <button type="button" class="small" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What stands in for an answer that is not there. What is out of reach is told by the banner once something was shown. */
export function Waiting({ for: asked }: { readonly for: Asked<unknown> }) {
  const { answer, fault, again } = asked;
  if (fault !== undefined && (answer === undefined || fault.status !== 0))
    return <Fault of={fault} retry={again} />;
  return answer === undefined ? <p class="quiet">loading</p> : null;
}
