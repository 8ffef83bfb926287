import type { HelloDetails } from './messages.js';

/**
 * Whether the peer stays away for good after a GOODBYE of the router, whatever its reason, and comes back if its connection
 * ends without one: AutobahnJS and wampy.
 */
export function takesGoodbyeAsFinal(hello: HelloDetails): boolean {
  return hello.agent?.startsWith('Wampy.js') === true || forgetsCanceledCalls(hello);
}

/**
 * Whether the peer is AutobahnJS, by what it announces: it forgets a call that it cancels with `skip` or `killnowait`, and
 * ends the session when the ERROR arrives that the specification wants and other clients wait for.
 */
export function forgetsCanceledCalls({ agent, roles: { subscriber, callee } }: HelloDetails): boolean {
  return (
    agent === undefined &&
    subscriber?.has('subscription_revocation') === true &&
    subscriber.has('payload_transparency') === false &&
    callee?.has('call_canceling') === false
  );
}
