import type { AuthAttempt, Authenticator, Credential } from '../core/authenticator.js';
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

function nobodyAnswered({ credential }: AuthAttempt): RouterError {
  return new RouterError('unauthorized', reasonFor(credential));
}

/** The same whether the name or what came with it is wrong. */
function reasonFor(credential: Credential | undefined): string {
  if (credential === undefined) return 'credentials are missing';
  return credential.identity === undefined
    ? 'credentials of this kind are not accepted here'
    : 'the name or what came with it is not known';
}
