import type { AuthAttempt, Authenticator } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Principal } from '../core/session.js';

/** Asks one after the other: the first that answers or throws decides. Throws `unauthorized` when none answers. */
export function authenticatorChain(list: readonly Authenticator[]): Authenticator {
  const ask = (attempt: AuthAttempt, from: number): MaybePromise<Principal> => {
    for (let i = from; i < list.length; i++) {
      const answer = list[i]?.authenticate(attempt);
      if (isPromise(answer)) return answer.then((principal) => principal ?? ask(attempt, i + 1));
      if (answer !== undefined) return answer;
    }
    throw nobodyAnswered(attempt);
  };
  return { method: 'chain', authenticate: (attempt) => ask(attempt, 0) };
}

function nobodyAnswered(attempt: AuthAttempt): RouterError {
  const presented = attempt.credential !== undefined;
  return new RouterError(
    'unauthorized',
    presented ? 'credentials of this kind are not accepted here' : 'credentials are missing',
  );
}
