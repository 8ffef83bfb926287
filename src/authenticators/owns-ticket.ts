import { createHash, timingSafeEqual } from 'node:crypto';
import type { Login } from '../core/logins.js';
import type { Decoys } from './decoys.js';

/** Whether a ticket is the one of the login under this name. Compares digests, also for a name that nobody has. */
export function ownsTicket(
  ticket: string,
  {
    name,
    login,
    decoys,
  }: { readonly name: string; readonly login: Login | undefined; readonly decoys: Decoys },
): boolean {
  const known = login?.ticket ?? '';
  const decoy = decoys.octets('ticket', name, 32);
  const digest = createHash('sha256').update(known).digest();
  const expected = known === '' ? decoy : digest;
  return timingSafeEqual(createHash('sha256').update(ticket).digest(), expected) && known !== '';
}
