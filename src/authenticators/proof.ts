import { timingSafeEqual } from 'node:crypto';
import { RouterError } from '../core/errors.js';
import { LONGEST_NAME } from '../core/logins.js';

/** The refusal of an answer: the same whether the name or the proof is wrong. */
export function unproven(): RouterError {
  return new RouterError('unauthorized', 'the name or what came with it is not known');
}

/** The refusal of what is not of the form of its method; tells nothing of names. */
export function formless(reason: string, hint: string): RouterError {
  return new RouterError('unauthorized', reason, { hint });
}

/** The name that a peer claims. Throws `unauthorized` for none, or one that nobody can have. */
export function readName(identity: string | undefined): string {
  if (typeof identity === 'string' && identity !== '' && identity.length <= LONGEST_NAME) return identity;
  throw formless(
    `the peer does not say who it is in 1 to ${LONGEST_NAME} characters`,
    'name the login as authid',
  );
}

/** Throws `unauthorized` where a peer wants to be bound to its TLS connection, which is not offered. */
export function refuseBinding(binding: unknown): void {
  if (binding === undefined || binding === null || binding === '') return;
  throw formless('channel binding is not supported here', 'leave channel_binding out, or let it be null');
}

/** Whether two texts are the same, in a time that tells at most whether they are of one length. */
export function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
