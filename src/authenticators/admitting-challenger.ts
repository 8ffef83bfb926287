import type { Challenge, Challenger, ProvenIdentity } from '../core/authenticator.js';
import { isRouterError } from '../core/errors.js';
import { after, isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Meter } from '../core/meter.js';
import type { Principal } from '../core/session.js';

/** What becomes of those who have proven who they are. */
export interface Admission {
  /** The principal, or another one in its place. Throws to refuse it. */
  readonly admit: (principal: Principal) => Principal;
  /** Counts answers in `signalbox_auth_challenges_total`. */
  readonly meter: Meter;
}

/** The same challenger, whose proven principals are looked at once more. */
export function admittingChallenger(inner: Challenger, { admit, meter }: Admission): Challenger {
  const { method } = inner;
  const count = (outcome: string) => meter.count('signalbox_auth_challenges_total', { method, outcome });
  const admitted = (proven: ProvenIdentity): ProvenIdentity => {
    const principal = admit(proven.principal);
    count('accepted');
    return { ...proven, principal };
  };
  const failed = (error: unknown): never => {
    count(isRouterError(error) && error.code === 'unauthorized' ? 'refused' : 'failed');
    throw error;
  };
  const watching = (challenge: Challenge): Challenge => ({
    extra: challenge.extra,
    answer: (signature, extra) => counting(() => after(challenge.answer(signature, extra), admitted), failed),
  });
  return { method, challenge: (attempt) => after(inner.challenge(attempt), watching) };
}

function counting<T>(step: () => MaybePromise<T>, failed: (error: unknown) => never): MaybePromise<T> {
  try {
    const result = step();
    return isPromise(result) ? result.catch(failed) : result;
  } catch (error) {
    return failed(error);
  }
}
