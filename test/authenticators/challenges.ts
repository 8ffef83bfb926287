import type {
  Challenge,
  ChallengeAttempt,
  Challenger,
  ProvenIdentity,
} from '../../src/core/authenticator.js';
import { isRouterError } from '../../src/core/errors.js';
import type { MaybePromise } from '../../src/core/maybe-promise.js';

type Extra = Readonly<Record<string, unknown>>;

/** A peer that claims a name and adds something for the method. */
export function claiming(identity: string | undefined, extra: Extra = {}): ChallengeAttempt {
  return { remoteAddress: '192.0.2.1', headers: {}, identity, extra, session: '9007199254740992' };
}

/** How a peer answers what it is asked. */
export type Respond = (challenge: Extra) => MaybePromise<readonly [signature: unknown, extra?: unknown]>;

/** Asks and answers. */
export async function prove(
  challenger: Challenger,
  attempt: ChallengeAttempt,
  respond: Respond,
): Promise<ProvenIdentity> {
  const challenge = await challenger.challenge(attempt);
  return answer(challenge, await respond(challenge.extra));
}

/** What a protocol passes on may be of any type. */
export async function answer(
  challenge: Challenge,
  [signature, extra = {}]: readonly [unknown, unknown?],
): Promise<ProvenIdentity> {
  return challenge.answer(signature as string, extra as Extra);
}

/** The id of who was proven, or code and reason of the refusal. */
export async function outcome(proof: Promise<ProvenIdentity>): Promise<string> {
  try {
    const { principal } = await proof;
    return `${principal.kind} ${principal.id ?? 'nobody'}`;
  } catch (error) {
    if (isRouterError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}

export const UNPROVEN = 'unauthorized: the name or what came with it is not known';
