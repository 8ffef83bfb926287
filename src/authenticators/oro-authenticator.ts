import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Account, Accounts } from '../core/accounts.js';
import type { AuthAttempt, Authenticator, Credential, ReplayCache } from '../core/authenticator.js';
import { isRouterError, RouterError } from '../core/errors.js';
import type { Meter } from '../core/meter.js';
import { ANONYMOUS, type Principal } from '../core/session.js';
import type { OroDigests } from './oro-digests.js';
import { type OroTicket, oroTicketText, readOroTicket } from './oro-ticket.js';
import { RESERVED_ROLE } from './ticket-claims.js';

/** What a ticket without a user makes. */
export type OroAnonymous = 'anonymous' | 'backend' | 'refuse';

export interface OroOptions {
  /** `kernel.secret` of the application. */
  readonly secret: string;
  /** Milliseconds after its creation until which a ticket is taken. */
  readonly lifetime: number;
  readonly anonymous: OroAnonymous;
  readonly accounts: Accounts;
  readonly digests: Pick<OroDigests, 'digest'>;
  readonly replays: ReplayCache;
  readonly meter: Meter;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

const SOURCES: ReadonlySet<Credential['source']> = new Set([
  'ticket',
  'bearer',
  'cookie',
  'login',
  'renewal',
]);

/** Milliseconds that the application's clock may run ahead of ours. */
const SKEW = 30_000;
/** Used tickets that are refused without any work. */
const MOST_USED = 1000;

/** It may publish, and may not make tickets for users. */
const ORO_BACKEND: Principal = {
  kind: 'backend',
  id: 'oro',
  roles: [RESERVED_ROLE],
  organizations: [],
  claims: { tickets: false },
};

const REFUSALS = {
  malformed: 'is malformed',
  expired: 'is expired',
  future: 'is from the future',
  invalid: 'is not valid',
  used: 'was used already',
} as const;

/**
 * Knows users by the tickets that OroSyncBundle makes for its own server, each of which is taken once. What costs
 * nothing is looked at first; then an unknown user costs the same as a wrong digest and gets the same answer.
 */
export class OroAuthenticator implements Authenticator {
  readonly method = 'oro';
  readonly #options: OroOptions;
  readonly #clock: () => number;
  /** Stands in for the password of a user that does not exist. */
  readonly #nobody = randomBytes(48).toString('base64');
  readonly #used = new Set<string>();

  constructor(options: OroOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  authenticate({ credential }: AuthAttempt): Promise<Principal> | undefined {
    if (credential === undefined || !SOURCES.has(credential.source)) return undefined;
    const text = oroTicketText(credential.secret);
    if (text === undefined) return undefined;
    const ticket = readOroTicket(text);
    if (ticket === undefined) throw this.#refusal('malformed');
    this.#checkCheaply(ticket, credential.source);
    return this.#verify(ticket, credential.identity);
  }

  #checkCheaply(ticket: OroTicket, source: Credential['source']): void {
    const now = this.#clock();
    if (ticket.time > now + SKEW) throw this.#refusal('future');
    if (now - ticket.time > this.#options.lifetime) throw this.#refusal('expired');
    if (ticket.username === '' && !this.#takesStrangers(source)) throw this.#refusal('invalid');
    if (this.#used.has(idOf(ticket))) throw this.#refusal('used');
  }

  /** A back end of OroPlatform connects with `?ticket=`. What back ends may do over HTTP is for keys alone. */
  #takesStrangers(source: Credential['source']): boolean {
    const { anonymous } = this.#options;
    return anonymous === 'anonymous' || (anonymous === 'backend' && source === 'ticket');
  }

  async #verify(ticket: OroTicket, identity = ''): Promise<Principal> {
    const { username, nonce, created } = ticket;
    const { secret, digests } = this.#options;
    const account = username === '' ? undefined : usable(await this.#counting(() => this.#find(username)));
    const password = username === '' ? secret : (account?.password ?? this.#nobody);
    const digest = await this.#counting(() => digests.digest({ nonce, created, password }));
    const known = username === '' ? identity === '' : isOf(account, identity);
    if (!equal(ticket.digest, digest) || !known) throw this.#refusal('invalid');
    await this.#claim(ticket);
    this.#count('accepted');
    return account === undefined ? this.#stranger(ticket) : user(account, ticket);
  }

  /** Only a ticket that is true is remembered: strangers cannot fill the memory. */
  async #claim(ticket: OroTicket): Promise<void> {
    const id = idOf(ticket);
    const until = ticket.time + this.#options.lifetime + SKEW;
    const first = await this.#counting(async () => this.#options.replays.claim(id, until));
    this.#remember(id);
    if (first !== true) throw this.#refusal('used');
  }

  #remember(id: string): void {
    this.#used.add(id);
    for (const oldest of this.#used) {
      if (this.#used.size <= MOST_USED) return;
      this.#used.delete(oldest);
    }
  }

  #stranger({ time: issued }: OroTicket): Principal {
    if (this.#options.anonymous === 'anonymous') return { ...ANONYMOUS, issued };
    return { ...ORO_BACKEND, issued };
  }

  async #find(username: string): Promise<Account | undefined> {
    return this.#options.accounts.find(username);
  }

  /** Whatever cannot be told is a refusal. */
  async #counting<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (cause) {
      this.#count('unavailable');
      if (isRouterError(cause)) throw cause;
      throw new RouterError('unavailable', 'the Oro ticket cannot be checked now', { cause });
    }
  }

  #refusal(reason: keyof typeof REFUSALS): RouterError {
    this.#count(reason);
    return new RouterError('unauthorized', `the Oro ticket ${REFUSALS[reason]}`, {
      hint: 'get a fresh ticket; the clocks and secrets of both machines have to agree',
    });
  }

  #count(outcome: keyof typeof REFUSALS | 'accepted' | 'unavailable'): void {
    this.#options.meter.count('signalbox_oro_tickets_total', { outcome });
  }
}

/** Nonce and time are in the digest, the name is not: it has to make no difference. */
function idOf({ nonce, digest }: OroTicket): string {
  return `oro:${nonce}:${digest}`;
}

/** Undefined for an account whose password cannot be told: its ticket would be signed with the secret alone. */
function usable(account: Account | undefined): Account | undefined {
  return typeof account?.password === 'string' && account.password !== '' ? account : undefined;
}

/** A name that comes along has to be the user's id. */
function isOf(account: Account | undefined, identity: string): boolean {
  return account !== undefined && (identity === '' || identity === String(account.id));
}

/** Both are base64 of 64 octets; compared as text, so that a digest has one spelling only. */
function equal(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** An account may come from code without types: ids are text from here on. */
function user({ id, roles, organizations }: Account, { username, time }: OroTicket): Principal {
  return {
    kind: 'user',
    id: String(id),
    roles: roles.map(String).filter((role) => role !== RESERVED_ROLE),
    organizations: organizations.map(String),
    claims: { username },
    issued: time,
  };
}
