import type { Challenge, Challenger } from '../../core/authenticator.js';
import { RouterError } from '../../core/errors.js';
import type { Guest } from '../../core/protocol.js';
import type { Principal } from '../../core/session.js';
import type { Wamp2Context } from './context.js';
import type { HelloDetails } from './messages.js';

/** What becomes of a HELLO: the peer is known, or has to answer first. */
export type Step =
  | { readonly type: 'known'; readonly principal: Principal; readonly method: string }
  | { readonly type: 'asked'; readonly challenge: Challenge; readonly method: string };

/** None of the methods that a peer offers is open here. */
export class NoMatchingMethod extends RouterError {
  constructor({ authmethods = ['anonymous'] }: HelloDetails, open: readonly string[]) {
    const shown = authmethods.join(', ').slice(0, 256);
    super('unauthorized', `none of these ways to say who you are is open here: ${shown}`, {
      hint: `offer one of ${open.join(', ')}`,
    });
  }
}

/** Methods whose proof was given in the handshake. */
const BY_HANDSHAKE = ['anonymous', 'cookie', 'tls', 'transport'];

interface Applicant {
  readonly hello: HelloDetails;
  readonly guest: Guest;
  readonly remoteAddress: string;
  readonly session: string;
}

/**
 * Goes through the methods that a peer offers, in its order, to the first that can be used here. Who has proved in the
 * handshake who it is, is that, unless it asks for a question. Throws `unauthorized`.
 */
export async function join(applicant: Applicant, context: Wamp2Context): Promise<Step> {
  const { guest, hello } = applicant;
  const { authmethods = [] } = hello;
  for (const method of authmethods.length === 0 ? ['anonymous'] : authmethods) {
    const challenger = context.challengers.find((one) => one.method === method);
    if (challenger !== undefined) return ask(challenger, method, applicant);
    if (!BY_HANDSHAKE.includes(method)) continue;
    if (guest.principal !== undefined) return known(guest.principal, method);
    if (method === 'anonymous') return known(await nobody(applicant, context), method);
  }
  if (guest.principal !== undefined) return known(guest.principal, 'transport');
  throw new NoMatchingMethod(hello, ['anonymous', ...context.challengers.map(({ method }) => method)]);
}

async function ask(
  challenger: Challenger,
  method: string,
  { hello, guest, remoteAddress, session }: Applicant,
): Promise<Step> {
  const challenge = await challenger.challenge({
    remoteAddress,
    headers: guest.headers,
    identity: hello.authid,
    extra: hello.authextra ?? {},
    session,
  });
  return { type: 'asked', challenge, method };
}

/** Who is somebody is not called anonymous, though that is what clients offer by themselves. */
function known(principal: Principal, method: string): Step {
  const isNamed = method === 'anonymous' && principal.kind !== 'anonymous';
  return { type: 'known', principal, method: isNamed ? 'transport' : method };
}

async function nobody({ remoteAddress }: Applicant, { authenticator }: Wamp2Context): Promise<Principal> {
  const principal = await authenticator.authenticate({ remoteAddress, headers: {} });
  if (principal !== undefined) return principal;
  throw new RouterError('unauthorized', 'credentials are missing');
}
