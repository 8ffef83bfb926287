import type { ChannelGrants } from './session.js';

/** Whom a ticket speaks for, and for how long. */
export interface TicketGrant {
  readonly user: string;
  readonly organizations?: readonly string[];
  readonly roles?: readonly string[];
  /** What its user may do beyond that. */
  readonly channels?: ChannelGrants;
  /** Milliseconds until it expires, counted from now; rounded up to a whole second. */
  readonly ttl: number;
  /** Milliseconds until the identity of its session ends, likewise; left out: as long as the server allows. */
  readonly session?: number;
}

/** A ticket, and when it expires in seconds since 1970. */
export interface IssuedTicket {
  readonly ticket: string;
  readonly expires: number;
}
