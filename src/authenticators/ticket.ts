/**
 * The form of our own ticket: `v1.<payload>.<signature>`, URL-safe. The payload is base64url of the JSON object
 * `{sub, org?, roles?, iat, exp, jti}` (user, organisations, roles: text; times: whole seconds since 1970); the
 * signature is base64url of HMAC-SHA-256 over everything before the last dot, keyed with the secret's UTF-8 bytes.
 */
import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

/** Characters of the longest ticket. */
export const LONGEST_TICKET = 4096;

/** The role of back ends, which only a key gives. */
export const RESERVED_ROLE = 'backend';

const VERSION = 'v1.';

/** Whom a ticket speaks for, and for how long. */
export interface TicketGrant {
  readonly user: string;
  readonly organizations?: readonly string[];
  readonly roles?: readonly string[];
  /** Milliseconds until it expires, counted from now; rounded up to a whole second. */
  readonly ttl: number;
}

/**
 * A ticket signed with `secret`. Throws `RangeError` for a grant that no ticket can carry: no user, the role
 * `backend`, a lifetime that is not positive, or lists that make it longer than 4 KiB.
 */
export function mintTicket(grant: TicketGrant, secret: string, clock: () => number = Date.now): string {
  checkGrant(grant);
  const now = clock();
  const claims = {
    sub: grant.user,
    org: grant.organizations,
    roles: grant.roles,
    iat: Math.floor(now / 1000),
    exp: Math.ceil((now + grant.ttl) / 1000),
    jti: randomBytes(16).toString('base64url'),
  };
  const signed = VERSION + Buffer.from(JSON.stringify(claims)).toString('base64url');
  const ticket = `${signed}.${sign(signed, ticketKey(secret))}`;
  if (ticket.length > LONGEST_TICKET) {
    throw new RangeError(
      `a ticket of ${ticket.length} characters is over ${LONGEST_TICKET}: grant fewer roles`,
    );
  }
  return ticket;
}

/** Whether a bearer is meant as a ticket, sound or not. */
export function hasTicketForm(text: string): boolean {
  return text.startsWith(VERSION);
}

/** The signing key made from a secret. Throws `RangeError` for an empty secret. */
export function ticketKey(secret: string): KeyObject {
  if (secret === '') throw new RangeError('the ticket secret is empty: set SIGNALBOX_SECRET');
  return createSecretKey(secret, 'utf8');
}

/** The signature that makes `signed` a ticket. */
export function sign(signed: string, key: KeyObject): string {
  return createHmac('sha256', key).update(signed).digest('base64url');
}

function checkGrant(grant: TicketGrant): void {
  if (grant.user === '') throw new RangeError('a ticket needs a user');
  if (grant.roles?.includes(RESERVED_ROLE)) {
    throw new RangeError(`a ticket cannot grant the role ${RESERVED_ROLE}: back ends use a key`);
  }
  if (!(grant.ttl > 0 && grant.ttl < Number.MAX_SAFE_INTEGER / 2)) {
    throw new RangeError(`a ticket cannot live ${grant.ttl} ms: give a positive time`);
  }
}
