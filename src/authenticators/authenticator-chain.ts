import type { AuthAttempt, Authenticator, Credential } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Principal } from '../core/session.js';

/**
 * Asks one after the other: the first that answers or throws decides. When none answers, it is undefined for who presents
 * no credential, and throws `unauthorized` for who presents one.
 */
export function authenticatorChain(list: readonly Authenticator[]): Authenticator {
  const ask = (attempt: AuthAttempt, from: number): MaybePromise<Principal | undefined> => {
    for (let i = from; i < list.length; i++) {
      const answer = list[i]?.authenticate(attempt);
      if (isPromise(answer)) return answer.then((principal) => principal ?? ask(attempt, i + 1));
      if (answer !== undefined) return answer;
    }
    if (attempt.credential === undefined) return undefined;
    throw refusalOf(attempt.credential);
  };
  return { method: 'chain', authenticate: (attempt) => ask(attempt, 0) };
}

/** The same whether the name or what came with it is wrong. */
function refusalOf(credential: Credential): RouterError {
  if (credential.identity === undefined) {
    return new RouterError('unauthorized', 'credentials of this kind are not accepted here');
  }
  return new RouterError('unauthorized', 'the name or what came with it is not known', {
    hint: 'check both: a name of auth.logins goes with its password, one of auth.keys with its key',
  });
}
