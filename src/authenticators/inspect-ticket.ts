import type { KeyObject } from 'node:crypto';
import { hasTicketForm, isSigned, splitTicket, type TicketKind, ticketKey } from './ticket.js';
import { checkClaims, parseClaims, SKEW } from './ticket-claims.js';

/** What can be said of a ticket without using it up. */
export interface TicketInspection {
  readonly kind: TicketKind;
  /** What its payload says, whatever that is; empty if it is no JSON object. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether it is signed with the key of its kind; undefined where that is not known. */
  readonly signed: boolean | undefined;
  /** What is wrong with it beside that. */
  readonly faults: readonly string[];
}

/** Looks into a ticket at a time, in milliseconds since 1970. Undefined for a text that is not meant as one. */
export function inspectTicket(
  text: string,
  { secret, publicKey }: { readonly secret: string | undefined; readonly publicKey: KeyObject | undefined },
  time: number,
): TicketInspection | undefined {
  if (!hasTicketForm(text)) return undefined;
  const parts = splitTicket(text);
  const kind = text.startsWith('e1.') ? 'e1' : 'v1';
  const claims = parseClaims(text.split('.')[1] ?? '') ?? {};
  if (parts === undefined)
    return { kind, claims, signed: undefined, faults: ['it is cut off, too long or not of the form'] };
  const keys = { secret: secret === undefined ? undefined : ticketKey(secret), publicKey };
  return { kind, claims, signed: isSigned(parts, keys), faults: faultsOf(claims, time / 1000) };
}

function faultsOf(value: Readonly<Record<string, unknown>>, now: number): readonly string[] {
  const reading = checkClaims(value);
  if ('fault' in reading) return [reading.fault];
  const { iat, exp, until } = reading.claims;
  return [
    ...(now >= exp ? ['it is expired'] : []),
    ...(iat > now + SKEW ? [`it was made over ${SKEW} seconds in the future: the clocks differ`] : []),
    ...(until !== undefined && now >= until ? ['its session would have ended'] : []),
  ];
}
