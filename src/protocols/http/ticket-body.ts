import { isUtf8 } from 'node:buffer';
import { RouterError } from '../../core/errors.js';
import { JsonError, skipSpace, skipValue } from '../../core/json-scanner.js';
import type { TicketGrant } from '../../core/ticket-grant.js';
import { parseDuration } from '../../core/units.js';
import { type Range, readMembers } from './json-members.js';

/** An object, its `channels`, and their lists. */
const DEPTH = 3;

/** Octets of the longest user, organisation or role. */
const LONGEST_NAME = 255;

/** Most organisations, and most roles. */
const MOST_NAMES = 100;

const MEMBERS: ReadonlySet<string> = new Set([
  'user',
  'organizations',
  'roles',
  'channels',
  'ttl',
  'session',
]);
const OPERATIONS: ReadonlySet<string> = new Set(['subscribe', 'publish']);

/** How long tickets of this server live, in milliseconds. */
export interface TicketTimes {
  /** Where the body says nothing. */
  readonly ttl: number;
  /** At most. */
  readonly longest: number;
}

/** The grant that a body asks for. Throws `bad_request`, naming the member that is unknown, missing or not as it must be. */
export function readTicketBody(bytes: Buffer, times: TicketTimes): TicketGrant {
  try {
    return new TicketBody(bytes).grant(times);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new RouterError('bad_request', error.message, {
      hint: 'send {"user": "5"} as JSON, with organizations, roles, channels, ttl and session if need be',
    });
  }
}

class TicketBody {
  readonly #bytes: Buffer;
  readonly #members: ReadonlyMap<string, Range>;

  constructor(bytes: Buffer) {
    if (!isUtf8(bytes)) throw new JsonError('the body is not valid UTF-8', 0);
    const start = skipSpace(bytes, 0);
    const end = skipValue(bytes, start, DEPTH);
    if (skipSpace(bytes, end) < bytes.length) throw new JsonError('expected nothing after the object', end);
    this.#bytes = bytes;
    this.#members = readMembers(bytes, { start, end }, { depth: DEPTH, known: MEMBERS });
  }

  grant({ ttl, longest }: TicketTimes): TicketGrant {
    const lifetime = this.#duration('ttl') ?? Math.min(ttl, longest);
    if (lifetime > longest) throw fault('ttl', `at most ${longest} ms (auth.ticket_ttl_max)`);
    const session = this.#duration('session');
    const user = this.#value('user');
    if (!isName(user)) throw fault('user', `a text of 1 to ${LONGEST_NAME} octets`);
    const channels = this.#channels();
    return {
      user,
      organizations: this.#names('organizations'),
      roles: this.#names('roles'),
      ttl: lifetime,
      ...(channels !== undefined && { channels }),
      ...(session !== undefined && { session }),
    };
  }

  #names(name: string): readonly string[] {
    const value = this.#value(name) ?? [];
    if (Array.isArray(value) && value.length <= MOST_NAMES && value.every(isName)) return value;
    throw fault(name, `a list of at most ${MOST_NAMES} texts of 1 to ${LONGEST_NAME} octets`);
  }

  /** Which patterns there may be is the ticket's business. */
  #channels(): TicketGrant['channels'] {
    const range = this.#members.get('channels');
    if (range === undefined) return undefined;
    readMembers(this.#bytes, range, { depth: DEPTH - 1, known: OPERATIONS });
    return this.#value('channels') as TicketGrant['channels'];
  }

  /** Texts alone, since a number could be meant as seconds or as milliseconds. */
  #duration(name: string): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    const time = typeof value === 'string' && /[a-z]$/.test(value) ? durationOf(value) : 0;
    if (time > 0) return time;
    throw fault(name, 'a duration such as "30s", "5m" or "12h"');
  }

  #value(name: string): unknown {
    const range = this.#members.get(name);
    return range && JSON.parse(this.#bytes.toString('utf8', range.start, range.end));
  }
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    return 0;
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= LONGEST_NAME;
}

function fault(name: string, expected: string): RouterError {
  return new RouterError('bad_request', `${name} is not ${expected}`);
}
