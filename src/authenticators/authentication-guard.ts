import type { Authenticator, Challenge, ChallengeAttempt, Challenger } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';
import { after, isPromise, type MaybePromise } from '../core/maybe-promise.js';
import { MAX_CREDENTIAL } from '../core/read-attempt.js';
import type { Rate } from '../core/token-bucket.js';
import { within } from '../core/within.js';
import { FailedLogins } from './failed-logins.js';
import { unproven } from './proof.js';

export interface GuardOptions {
  /** How often an address may present wrong credentials; undefined for no bound. */
  readonly failedLogins: Rate | undefined;
  /** Milliseconds that an authenticator may take. */
  readonly authTimeout: number;
  /** Milliseconds that only ever grow. */
  readonly clock?: () => number;
}

/** What is asked through it answers in time, and not at all to an address from which too much came that is wrong. */
export interface AuthenticationGuard {
  /** Who presents no credential is not affected by failures. */
  authenticator(inner: Authenticator): Authenticator;
  /** Its questions take one answer, which is a text of at most 8,192 characters. */
  challenger(inner: Challenger): Challenger;
}

/** A guard; all that goes through it counts the failures together. */
export function authenticationGuard({
  failedLogins,
  authTimeout,
  clock = () => performance.now(),
}: GuardOptions): AuthenticationGuard {
  const failures = failedLogins && new FailedLogins(failedLogins, clock);
  const timed = <T>(look: () => MaybePromise<T>): MaybePromise<T> => {
    const answer = look();
    return isPromise(answer) ? within(authTimeout, answer, () => late(authTimeout)) : answer;
  };
  const watched = <T>(remoteAddress: string, look: () => MaybePromise<T>): MaybePromise<T> =>
    failures === undefined ? timed(look) : failures.watch(remoteAddress, () => timed(look));
  return {
    authenticator: (inner) => ({
      method: inner.method,
      authenticate(attempt) {
        const look = () => inner.authenticate(attempt);
        return attempt.credential === undefined ? timed(look) : watched(attempt.remoteAddress, look);
      },
    }),
    challenger: (inner) => ({
      method: inner.method,
      challenge: (attempt) =>
        after(
          watched(attempt.remoteAddress, () => inner.challenge(attempt)),
          (challenge) => once(challenge, attempt, watched),
        ),
    }),
  };
}

type Watched = <T>(remoteAddress: string, look: () => MaybePromise<T>) => MaybePromise<T>;

function once(challenge: Challenge, { remoteAddress }: ChallengeAttempt, watched: Watched): Challenge {
  let answered = false;
  return {
    extra: challenge.extra,
    answer: (signature, extra) =>
      watched(remoteAddress, () => {
        if (answered) throw new RouterError('unauthorized', 'the question was answered already');
        answered = true;
        // a stranger's protocol may let anything through
        if (typeof signature !== 'string' || signature.length > MAX_CREDENTIAL) throw unproven();
        return challenge.answer(signature, extra);
      }),
  };
}

function late(timeout: number): RouterError {
  const limit = 'limits.auth_timeout';
  return new RouterError('timeout', `who you are was not told within ${limit} of ${timeout} ms`, {
    limit,
    hint: 'try again later',
  });
}
