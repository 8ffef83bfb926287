import { type KeyObject, randomBytes } from 'node:crypto';
import type { IssuedTicket, TicketGrant } from '../core/ticket-grant.js';
import { LONGEST_TICKET, signTicket, ticketKey } from './ticket.js';
import { checkClaims, RESERVED_ROLE } from './ticket-claims.js';

/**
 * A ticket signed with a secret, or with a private Ed25519 key. Throws `RangeError` for a grant that no ticket can
 * carry: no user, the role `backend`, a lifetime that is not positive, something that is no pattern of channels, or
 * lists that make it longer than 4 KiB.
 */
export function mintTicket(
  grant: TicketGrant,
  key: string | KeyObject,
  clock: () => number = Date.now,
): string {
  return issueTicket(grant, key, clock).ticket;
}

/** The same, and when it expires. */
export function issueTicket(
  grant: TicketGrant,
  key: string | KeyObject,
  clock: () => number = Date.now,
): IssuedTicket {
  checkGrant(grant);
  const claims = claimsOf(grant, clock());
  const reading = checkClaims(claims);
  if ('fault' in reading) throw new RangeError(`no ticket can say this: ${reading.fault}`);
  const ticket = signTicket(JSON.stringify(claims), typeof key === 'string' ? ticketKey(key) : key);
  if (ticket.length > LONGEST_TICKET) {
    throw new RangeError(
      `a ticket of ${ticket.length} characters is over ${LONGEST_TICKET}: grant fewer roles or channels`,
    );
  }
  return { ticket, expires: claims.exp };
}

function claimsOf({ user, organizations, roles, channels, ttl, session }: TicketGrant, now: number) {
  return {
    sub: user,
    org: organizations,
    roles,
    ch: channels,
    iat: Math.floor(now / 1000),
    exp: Math.ceil((now + ttl) / 1000),
    until: session === undefined ? undefined : Math.ceil((now + session) / 1000),
    jti: randomBytes(16).toString('base64url'),
  };
}

function checkGrant({ user, roles, ttl, session }: TicketGrant): void {
  if (user === '') throw new RangeError('a ticket needs a user');
  if (roles?.includes(RESERVED_ROLE)) {
    throw new RangeError(`a ticket cannot grant the role ${RESERVED_ROLE}: back ends use a key`);
  }
  checkTime(ttl, 'a ticket');
  if (session !== undefined) checkTime(session, 'a session');
}

function checkTime(time: number, what: string): void {
  if (time > 0 && time < Number.MAX_SAFE_INTEGER / 2) return;
  throw new RangeError(`${what} cannot live ${time} ms: give a positive time`);
}
