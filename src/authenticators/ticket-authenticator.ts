import type { KeyObject } from 'node:crypto';
import type { AuthAttempt, Authenticator, Credential, ReplayCache } from '../core/authenticator.js';
import { isRouterError, RouterError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Principal } from '../core/session.js';
import { hasJwtForm } from './jwt-form.js';
import {
  hasTicketForm,
  isSigned,
  splitTicket,
  type TicketKeys,
  type TicketParts,
  ticketKey,
} from './ticket.js';
import { isCurrent, readClaims, SKEW, type TicketClaims } from './ticket-claims.js';

/** What tickets are checked with; a ticket of a kind without key is refused. */
export interface TicketSettings {
  /** For tickets `v1`. */
  readonly secret?: string | undefined;
  /** For tickets `e1`: a public Ed25519 key. */
  readonly publicKey?: KeyObject | undefined;
  /** Lets every ticket through once. Left out, tickets can be used again until they expire. */
  readonly replays?: ReplayCache | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/**
 * Knows users by a ticket, presented as `?ticket=` or in any place where secrets go. A refusal says that the ticket is
 * malformed, of a kind that is not accepted, not signed by this server, expired, somebody else's or used, and no more.
 */
export class TicketAuthenticator implements Authenticator {
  readonly method = 'ticket';
  readonly #keys: TicketKeys;
  readonly #replays: ReplayCache | undefined;
  readonly #clock: () => number;

  /** Throws `RangeError` for an empty secret, or if there is neither secret nor key. */
  constructor({ secret, publicKey, replays, clock = Date.now }: TicketSettings) {
    if (publicKey === undefined && secret === undefined) {
      throw new RangeError('there is nothing to check tickets with: set auth.secret or auth.public_key');
    }
    this.#keys = { secret: secret === undefined ? undefined : ticketKey(secret), publicKey };
    this.#replays = replays;
    this.#clock = clock;
  }

  authenticate({ credential }: AuthAttempt): MaybePromise<Principal | undefined> {
    if (credential === undefined || !isMeantAsTicket(credential)) return undefined;
    const parts = splitTicket(credential.secret);
    if (parts === undefined) throw refusal('is malformed');
    this.#checkSignature(parts);
    const reading = readClaims(parts.payload);
    if ('fault' in reading) throw refusal('is malformed');
    const { claims } = reading;
    if (!isCurrent(claims, this.#clock())) throw refusal('is expired');
    if (!isOf(claims.sub, credential)) throw refusal('is for another user');
    // last, so that nothing but a sound ticket is remembered, or used up
    return this.#once(parts, claims);
  }

  #checkSignature(parts: TicketParts): void {
    const signed = isSigned(parts, this.#keys);
    if (signed === undefined) throw refusal('is of a kind that is not accepted here');
    if (!signed) throw refusal('is not signed by this server');
  }

  #once({ kind }: TicketParts, claims: TicketClaims): MaybePromise<Principal> {
    if (this.#replays === undefined) return principalOf(claims);
    const admit = (first: boolean) => {
      if (first !== true) throw refusal('was used already');
      return principalOf(claims);
    };
    const answer = this.#claim(`ticket:${kind}:${claims.jti}`, (claims.exp + SKEW) * 1000);
    return isPromise(answer) ? answer.then(admit) : admit(answer);
  }

  /** Remembers it a little longer than it can be used: the clocks of several nodes differ. */
  #claim(id: string, until: number): MaybePromise<boolean> {
    try {
      const answer = this.#replays?.claim(id, until) ?? false;
      return isPromise(answer) ? answer.catch(cannotTell) : answer;
    } catch (cause) {
      return cannotTell(cause);
    }
  }
}

/** What comes as `?ticket=` is meant as one, whatever its form, unless it is a JSON Web Token. */
function isMeantAsTicket({ source, secret }: Credential): boolean {
  return (source === 'ticket' && !hasJwtForm(secret)) || hasTicketForm(secret);
}

/** A name that comes along has to be the user's. */
function isOf(user: string, { identity = '' }: Credential): boolean {
  return identity === '' || identity === user;
}

function refusal(reason: string): RouterError {
  return new RouterError('unauthorized', `the ticket ${reason}`, {
    hint: 'get a fresh ticket for each connection; the clocks and keys of both machines have to agree',
  });
}

function cannotTell(cause: unknown): never {
  if (isRouterError(cause)) throw cause;
  throw new RouterError('unavailable', 'it cannot be told whether the ticket was used already', { cause });
}

function principalOf({ sub, org, roles, iat, exp, jti, ch, until }: TicketClaims): Principal {
  return {
    kind: 'user',
    id: sub,
    roles,
    organizations: org,
    claims: { iat, exp, jti },
    issued: iat * 1000,
    ...(ch !== undefined && { grants: ch }),
    ...(until !== undefined && { expires: until * 1000 }),
  };
}
