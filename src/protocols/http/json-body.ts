import { isUtf8 } from 'node:buffer';
import { RouterError } from '../../core/errors.js';
import type { HttpRequest } from '../../core/http.js';
import { JsonError, skipSpace, skipValue } from '../../core/json-scanner.js';
import { parseDuration } from '../../core/units.js';
import { checkContentType } from './headers.js';
import { type Range, readMembers } from './json-members.js';

/** Octets of a name in a small request. */
const LONGEST_NAME = 255;
/** Names in one list. */
const MOST_NAMES = 100;
const DEPTH = 3;

/**
 * A small JSON object, read member by member. Every method throws `bad_request`, naming the member that is not as it
 * must be; the constructor for what is no object, or has a member that is unknown or comes twice.
 */
export class JsonBody {
  readonly #bytes: Buffer;
  readonly #members: ReadonlyMap<string, Range>;

  /** `depth` is how deeply lists and maps may be nested. */
  constructor(request: HttpRequest, known: readonly string[], depth = DEPTH) {
    checkContentType(request);
    this.#bytes = request.body;
    this.#members = refusing(() => {
      if (!isUtf8(this.#bytes)) throw new JsonError('the body is not valid UTF-8', 0);
      const start = skipSpace(this.#bytes, 0);
      const end = skipValue(this.#bytes, start, depth);
      if (skipSpace(this.#bytes, end) < this.#bytes.length)
        throw new JsonError('expected nothing after the object', end);
      return readMembers(this.#bytes, { start, end }, { depth, known: new Set(known) });
    });
  }

  value(name: string): unknown {
    const range = this.#members.get(name);
    return range && JSON.parse(this.#bytes.toString('utf8', range.start, range.end));
  }

  /** The octets of a member as they came. */
  octets(name: string): Buffer | undefined {
    const range = this.#members.get(name);
    return range && this.#bytes.subarray(range.start, range.end);
  }

  /** The value of a member that is an object with these members alone. */
  object(name: string, known: readonly string[]): unknown {
    const range = this.#members.get(name);
    if (range === undefined) return undefined;
    refusing(() => readMembers(this.#bytes, range, { depth: DEPTH - 1, known: new Set(known) }));
    return this.value(name);
  }

  name(member: string): string | undefined {
    const value = this.value(member);
    if (value === undefined || isName(value)) return value;
    throw fault(member, `a text of 1 to ${LONGEST_NAME} octets`);
  }

  names(member: string): readonly string[] | undefined {
    const value = this.value(member);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length <= MOST_NAMES && value.every(isName)) return value;
    throw fault(member, `a list of at most ${MOST_NAMES} texts of 1 to ${LONGEST_NAME} octets`);
  }

  flag(member: string, preset: boolean): boolean {
    const value = this.value(member) ?? preset;
    if (typeof value === 'boolean') return value;
    throw fault(member, 'true or false');
  }

  /** Milliseconds. Texts alone, since a number could be meant as seconds or as milliseconds. */
  duration(member: string): number | undefined {
    const value = this.value(member);
    if (value === undefined) return undefined;
    const time = typeof value === 'string' && /[a-z]$/.test(value) ? durationOf(value) : 0;
    if (time > 0) return time;
    throw fault(member, 'a duration such as "30s", "5m" or "12h"');
  }
}

/** The refusal of a member that is not as it must be. */
export function fault(member: string, expected: string): RouterError {
  return new RouterError('bad_request', `${member} is not ${expected}`);
}

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new RouterError('bad_request', error.message, { hint: 'send one JSON object' });
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
