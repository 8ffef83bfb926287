import { type KeyObject, timingSafeEqual } from 'node:crypto';
import type { AuthAttempt, Authenticator, Credential } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';
import type { Principal } from '../core/session.js';
import { hasTicketForm, LONGEST_TICKET, RESERVED_ROLE, sign, ticketKey } from './ticket.js';

/** Seconds that the clock of the machine which minted a ticket may run ahead of ours. */
const SKEW = 30;

const FORM = /^v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/;

interface Claims {
  readonly sub: string;
  readonly org: readonly string[];
  readonly roles: readonly string[];
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
}

/**
 * Knows users by a ticket, presented as `?ticket=` or as bearer. A refusal says that the ticket is malformed, that
 * it is not signed by this server, or that it is expired, and no more.
 */
export class TicketAuthenticator implements Authenticator {
  readonly method = 'ticket';
  readonly #key: KeyObject;
  readonly #clock: () => number;

  /** `clock` gives milliseconds since 1970. Throws `RangeError` for an empty secret. */
  constructor(secret: string, clock: () => number = Date.now) {
    this.#key = ticketKey(secret);
    this.#clock = clock;
  }

  authenticate(attempt: AuthAttempt): Principal | undefined {
    const ticket = ticketIn(attempt.credential);
    if (ticket === undefined) return undefined;
    if (ticket.length > LONGEST_TICKET || !FORM.test(ticket)) throw refusal('is malformed');
    const dot = ticket.lastIndexOf('.');
    const signed = ticket.slice(0, dot);
    if (!equal(ticket.slice(dot + 1), sign(signed, this.#key))) throw refusal('is not signed by this server');
    const claims = readClaims(signed.slice('v1.'.length));
    if (claims === undefined) throw refusal('is malformed');
    if (!this.#isCurrent(claims)) throw refusal('is expired');
    return principalOf(claims);
  }

  #isCurrent({ iat, exp }: Claims): boolean {
    const now = this.#clock() / 1000;
    return now < exp && iat <= now + SKEW;
  }
}

/** What comes as `?ticket=` is meant as one, whatever its form. */
function ticketIn(credential: Credential | undefined): string | undefined {
  if (credential === undefined) return undefined;
  const { source, secret } = credential;
  return source === 'ticket' || hasTicketForm(secret) ? secret : undefined;
}

/** Compares texts, not octets, so that a signature has one spelling only. */
function equal(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

function refusal(reason: string): RouterError {
  return new RouterError('unauthorized', `the ticket ${reason}`, {
    hint: 'get a fresh ticket; the clocks and secrets of both machines have to agree',
  });
}

const MEMBERS: readonly string[] = ['sub', 'org', 'roles', 'iat', 'exp', 'jti'];

/** Undefined unless it says exactly what a ticket says: a member that we do not know might be meant to restrict. */
function readClaims(payload: string): Claims | undefined {
  const value = parseObject(Buffer.from(payload, 'base64url').toString('utf8'));
  if (value === undefined || !Object.keys(value).every((name) => MEMBERS.includes(name))) return undefined;
  const { sub, org = [], roles = [], iat, exp, jti } = value;
  if (!isText(sub) || !isText(jti) || !isTime(iat) || !isTime(exp)) return undefined;
  if (!isTexts(org) || !isTexts(roles) || roles.includes(RESERVED_ROLE)) return undefined;
  return { sub, org, roles, iat, exp, jti };
}

function parseObject(text: string): Readonly<Partial<Record<keyof Claims, unknown>>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function principalOf({ sub, org, roles, iat, exp, jti }: Claims): Principal {
  return { kind: 'user', id: sub, roles, organizations: org, claims: { iat, exp, jti } };
}
