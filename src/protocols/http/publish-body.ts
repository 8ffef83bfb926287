/**
 * Reads the body of `POST /api/publish`. The bytes are scanned, not parsed: a payload leaves as the bytes that came,
 * so that numbers keep their digits. First the whole body is known to be JSON, then each message is read by itself,
 * so that in a batch one unreadable message spoils no other.
 */
import { isUtf8 } from 'node:buffer';
import { RouterError } from '../../core/errors.js';
import { JsonError, skipSpace, skipValue } from '../../core/json-scanner.js';
import { Payload } from '../../core/payload.js';
import type { PublishEvent } from '../../core/publication.js';
import { quoted, type Range, readElements, readMembers } from './json-members.js';

export interface PublishLimits {
  /** Octets of a request body. */
  readonly body: number;
  /** Messages in one batch. */
  readonly batch: number;
  /** Levels that a payload may nest. */
  readonly depth: number;
  /** Octets of one payload. */
  readonly payload: number;
}

/** What one message asks for. */
export interface PublishRequest {
  readonly target: string | { readonly route: string; readonly params: Readonly<Record<string, string>> };
  readonly event: PublishEvent;
}

const KEYS: ReadonlySet<string> = new Set([
  'channel',
  'route',
  'params',
  'payload',
  'exclude',
  'eligible',
  'idempotency_key',
  'version',
]);
const TOP_KEYS: ReadonlySet<string> = new Set([...KEYS, 'messages']);

/** What a batch adds around a message: an object and a list. */
const WRAPPING = 2;

const LONGEST_KEY = 255;

/** A body that is known to be one JSON object. Every method throws `RouterError` only. */
export class PublishBody {
  readonly #bytes: Buffer;
  readonly #limits: PublishLimits;
  /** Where the messages stand; undefined if the body is itself the message. */
  readonly batch: readonly Range[] | undefined;
  readonly whole: Range;

  /** Throws `bad_request` with line and column, or `payload_too_large` for a batch over its limit. */
  constructor(bytes: Buffer, limits: PublishLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
    if (!isUtf8(bytes)) throw new RouterError('bad_request', 'the body is not valid UTF-8');
    this.whole = this.#locating(() => wholeValue(bytes, limits.depth + 1 + WRAPPING));
    this.batch = this.#locating(() => this.#readBatch());
  }

  /** One message. Throws `bad_request` with line and column, or `payload_too_large`. */
  message(range: Range): PublishRequest {
    return this.#locating(() => {
      const members = readMembers(this.#bytes, range, { depth: this.#limits.depth, known: KEYS });
      return {
        target: this.#target(members, range),
        event: {
          payload: this.#payload(members, range),
          exclude: this.#sessionIds(members, 'exclude'),
          eligible: this.#sessionIds(members, 'eligible'),
          key: this.#idempotencyKey(members),
          version: this.#version(members),
        },
      };
    });
  }

  #readBatch(): readonly Range[] | undefined {
    const depth = this.#limits.depth + WRAPPING;
    const members = readMembers(this.#bytes, this.whole, { depth, known: TOP_KEYS });
    const messages = members.get('messages');
    if (messages === undefined) return undefined;
    if (members.size > 1)
      throw new JsonError('messages stands alone: move the other keys into it', messages.start);
    const ranges: Range[] = [];
    for (const range of readElements(this.#bytes, messages, depth - 1)) {
      if (ranges.push(range) > this.#limits.batch) throw this.#batchTooLarge();
    }
    return ranges;
  }

  #target(members: ReadonlyMap<string, Range>, { start }: Range): PublishRequest['target'] {
    const channel = this.#text(members, 'channel');
    const route = this.#text(members, 'route');
    const params = members.get('params');
    if (route === undefined) {
      if (channel === undefined)
        throw new JsonError('channel is missing: give channel, or route and params', start);
      if (params !== undefined)
        throw new JsonError('params go with a route, not with a channel', params.start);
      return channel;
    }
    if (channel !== undefined) throw new JsonError('channel and route are both given: leave one out', start);
    return { route, params: params === undefined ? {} : this.#params(params) };
  }

  /** Numbers are taken as written, since reading them would change the digits of long ones. */
  #params(range: Range): Readonly<Record<string, string>> {
    const entries = [...readMembers(this.#bytes, range, { depth: this.#limits.depth })].map(
      ([name, value]) => {
        const text = this.#slice(value);
        if (text.startsWith('"')) return [name, JSON.parse(text) as string] as const;
        if (/^-?\d+$/.test(text)) return [name, text] as const;
        throw new JsonError(`the parameter ${quoted(name)} is not a text or a whole number`, value.start);
      },
    );
    return Object.fromEntries(entries);
  }

  #payload(members: ReadonlyMap<string, Range>, { start }: Range): Payload {
    const range = members.get('payload');
    if (range === undefined) throw new JsonError('payload is missing: send null for an empty message', start);
    const size = range.end - range.start;
    if (size > this.#limits.payload) {
      throw new RouterError(
        'payload_too_large',
        `a payload of ${size} octets is over limits.message (${this.#limits.payload})`,
      );
    }
    return Payload.fromJson(this.#bytes.subarray(range.start, range.end));
  }

  #sessionIds(members: ReadonlyMap<string, Range>, name: 'exclude' | 'eligible'): readonly string[] {
    const range = members.get(name);
    if (range === undefined) return [];
    const value: unknown = JSON.parse(this.#slice(range));
    if (Array.isArray(value) && value.every((id) => typeof id === 'string')) return value;
    throw new JsonError(`${name} is not a list of session ids`, range.start);
  }

  #idempotencyKey(members: ReadonlyMap<string, Range>): string | undefined {
    const key = this.#text(members, 'idempotency_key');
    if (key === undefined || (key !== '' && key.length <= LONGEST_KEY)) return key;
    const at = members.get('idempotency_key')?.start ?? 0;
    throw new JsonError(`idempotency_key is not 1 to ${LONGEST_KEY} characters long`, at);
  }

  #version(members: ReadonlyMap<string, Range>): number | undefined {
    const range = members.get('version');
    if (range === undefined) return undefined;
    const text = this.#slice(range);
    const version = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(version)) return version;
    throw new JsonError('version is not a whole number from 1 to 2^53 - 1', range.start);
  }

  #text(members: ReadonlyMap<string, Range>, name: string): string | undefined {
    const range = members.get(name);
    if (range === undefined) return undefined;
    const text = this.#slice(range);
    if (!text.startsWith('"')) throw new JsonError(`${name} is not a text`, range.start);
    return JSON.parse(text) as string;
  }

  #slice({ start, end }: Range): string {
    return this.#bytes.toString('utf8', start, end);
  }

  #batchTooLarge(): RouterError {
    return new RouterError(
      'payload_too_large',
      `the batch has more messages than limits.batch (${this.#limits.batch})`,
      {
        hint: 'split the batch; nothing of it was published',
      },
    );
  }

  #locating<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new RouterError('bad_request', `${error.message} at ${place(this.#bytes, error.position)}`, {
        hint: `send {"channel": ..., "payload": ...} as JSON; a payload nests at most ${this.#limits.depth} levels (limits.depth)`,
      });
    }
  }
}

function wholeValue(bytes: Buffer, depth: number): Range {
  const start = skipSpace(bytes, 0);
  const end = skipValue(bytes, start, depth);
  const rest = skipSpace(bytes, end);
  if (rest < bytes.length) throw new JsonError('expected nothing more', rest);
  return { start, end };
}

/** Line and column of an offset, counted from 1 in characters. */
function place(bytes: Buffer, position: number): string {
  const before = bytes.toString('utf8', 0, position);
  const line = before.split('\n').length;
  const column = [...before.slice(before.lastIndexOf('\n') + 1)].length + 1;
  return `line ${line} column ${column}`;
}
