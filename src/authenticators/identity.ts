import { areChannelPatterns, MOST_PATTERNS } from '../core/channel-pattern.js';
import type { ChannelGrants, Principal } from '../core/session.js';
import { RESERVED_ROLE } from './ticket-claims.js';

/** Entries of the longest list that is taken from a token or an answer. */
const MOST_ENTRIES = 1000;
/** 9999-12-31T23:59:59Z, in seconds since 1970. */
const LAST_TIME = 253_402_300_799;

/** What a token or an answer says about a user, unchecked. */
export interface Told {
  readonly user: unknown;
  readonly roles: unknown;
  readonly organizations: unknown;
  readonly channels: unknown;
}

/** Something that cannot be taken for an identity; the message goes on from "it", and has nothing of what was said. */
export class IdentityFault extends Error {}

/** The user that is told of. Throws `IdentityFault`. */
export function readIdentity(told: Told): Omit<Principal, 'claims'> {
  const roles = typeof told.roles === 'string' ? told.roles.split(' ').filter(Boolean) : told.roles;
  const grants = readGrants(told.channels);
  return {
    kind: 'user',
    id: readUser(told.user),
    roles: readRoles(roles),
    organizations: readTexts(told.organizations, 'organisations'),
    ...(grants !== undefined && { grants }),
  };
}

/** Whole seconds since 1970, before the year 10000. */
export function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LAST_TIME;
}

/** Whether a value is a JSON object. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readUser(value: unknown): string {
  const text = textOf(value);
  if (text === undefined) throw new IdentityFault('names no user');
  return text;
}

function readRoles(value: unknown): readonly string[] {
  const roles = readTexts(value, 'roles');
  if (!roles.includes(RESERVED_ROLE)) return roles;
  throw new IdentityFault(`has the role ${RESERVED_ROLE}, which only a key gives`);
}

function readTexts(value: unknown, what: string): readonly string[] {
  if (value === undefined) return [];
  const texts = Array.isArray(value) && value.length <= MOST_ENTRIES ? value.map(textOf) : [undefined];
  if (texts.every((text) => text !== undefined)) return texts;
  throw new IdentityFault(`has ${what} that are not a list of at most ${MOST_ENTRIES} texts`);
}

/** A number is the text that it is written as. */
function textOf(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function readGrants(value: unknown): ChannelGrants | undefined {
  if (value === undefined) return undefined;
  if (!isMap(value))
    throw new IdentityFault('has channels that are not { subscribe: [...], publish: [...] }');
  const { subscribe, publish, ...rest } = value;
  if (Object.keys(rest).length > 0) {
    throw new IdentityFault('has channels with more than subscribe and publish');
  }
  return {
    ...(subscribe !== undefined && { subscribe: readPatterns(subscribe) }),
    ...(publish !== undefined && { publish: readPatterns(publish) }),
  };
}

function readPatterns(value: unknown): readonly string[] {
  if (areChannelPatterns(value)) return value;
  throw new IdentityFault(`has channels that are not lists of at most ${MOST_PATTERNS} patterns`);
}
