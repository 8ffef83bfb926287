import { areChannelPatterns, MOST_PATTERNS } from '../core/channel-pattern.js';
import type { ChannelGrants } from '../core/session.js';

/** The role of back ends, which only a key gives. */
export const RESERVED_ROLE = 'backend';

/** Seconds that the clock of the machine which minted a ticket may run ahead of ours. */
export const SKEW = 30;

/** Octets of the longest `jti`, each of which is remembered. */
const LONGEST_ID = 255;

/** What a ticket says. Times are whole seconds since 1970. */
export interface TicketClaims {
  /** The user's id. */
  readonly sub: string;
  readonly org: readonly string[];
  readonly roles: readonly string[];
  /** Made at. */
  readonly iat: number;
  /** Can be used to connect until. */
  readonly exp: number;
  /** Its own id, at most 255 octets. */
  readonly jti: string;
  /** Channels that it grants. */
  readonly ch: ChannelGrants | undefined;
  /** When the identity of its session ends. */
  readonly until: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** For each member what it has to be, and how that is told. A member that we do not know might be meant to restrict. */
const MEMBERS: Readonly<Record<keyof TicketClaims, readonly [(value: unknown) => boolean, string]>> = {
  sub: [isText, 'a text'],
  org: [(value) => value === undefined || isTexts(value), 'a list of texts'],
  roles: [(value) => value === undefined || areRoles(value), `a list of texts without ${RESERVED_ROLE}`],
  iat: [isTime, 'whole seconds since 1970'],
  exp: [isTime, 'whole seconds since 1970'],
  jti: [(value) => isText(value) && Buffer.byteLength(value) <= LONGEST_ID, `a text of at most 255 octets`],
  ch: [
    (value) => value === undefined || areGrants(value),
    `a map of subscribe and publish, each a list of at most ${MOST_PATTERNS} patterns of channels`,
  ],
  until: [(value) => value === undefined || isTime(value), 'whole seconds since 1970'],
};

/** What a payload says, or why that is not what a ticket says. */
export type ClaimsReading = { readonly claims: TicketClaims } | { readonly fault: string };

/** Reads the payload of a ticket, in base64url. */
export function readClaims(payload: string): ClaimsReading {
  const value = parseClaims(payload);
  return value === undefined ? { fault: 'the payload is not a JSON object' } : checkClaims(value);
}

/** The JSON object in a payload, whatever it says. */
export function parseClaims(payload: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The same for the object itself. */
export function checkClaims(value: Json): ClaimsReading {
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(MEMBERS, name));
  if (unknown !== undefined) return { fault: `${JSON.stringify(unknown.slice(0, 60))} is not known` };
  for (const [name, [holds, expected]] of Object.entries(MEMBERS)) {
    if (!holds(value[name])) return { fault: `${name} is not ${expected}` };
  }
  return {
    claims: {
      org: [],
      roles: [],
      ch: undefined,
      until: undefined,
      ...(value as object),
    } as unknown as TicketClaims,
  };
}

/** Whether a ticket that says this can be used at a time, in milliseconds since 1970. */
export function isCurrent({ iat, exp, until }: TicketClaims, time: number): boolean {
  const now = time / 1000;
  return now < exp && iat <= now + SKEW && (until === undefined || now < until);
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function areRoles(value: unknown): boolean {
  return isTexts(value) && !value.includes(RESERVED_ROLE);
}

function areGrants(value: unknown): boolean {
  return (
    isMap(value) &&
    Object.entries(value).every(
      ([name, patterns]) => (name === 'subscribe' || name === 'publish') && areChannelPatterns(patterns),
    )
  );
}

function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
