import { Wamp2Error } from './codec.js';
import type { ClientMessage, HelloDetails, Passthru, Role } from './messages.js';

/** Passthru, and what it was called before. */
const PASSTHRU = ['payload_passthru_mode', 'payload_transparency', 'payload_encryption_cryptobox'];
const PROGRESSIVE_CALLS = ['progressive_call_invocations'];

/**
 * Throws `Wamp2Error` for a message that uses what its sender has not announced, where the specification has that be a
 * protocol error. [WAMP2 §Payload Passthru Mode, §Progressive Call Invocations]
 */
export function checkAnnounced(message: ClientMessage, { roles }: HelloDetails): void {
  if (message.type === 'publish') checkPassthru(roles, 'publisher', message.options.passthru);
  else if (message.type === 'yield') checkPassthru(roles, 'callee', message.options.passthru);
  else if (message.type === 'call') {
    checkPassthru(roles, 'caller', message.options.passthru);
    if (message.options.progress) check(roles, 'caller', PROGRESSIVE_CALLS);
  }
}

function checkPassthru(roles: HelloDetails['roles'], role: Role, passthru: Passthru | undefined): void {
  if (passthru !== undefined) check(roles, role, PASSTHRU);
}

function check(roles: HelloDetails['roles'], role: Role, features: readonly string[]): void {
  if (features.some((feature) => roles[role]?.has(feature))) return;
  throw new Wamp2Error(`the ${role} has not announced ${features[0]} in HELLO.Details.roles`);
}
