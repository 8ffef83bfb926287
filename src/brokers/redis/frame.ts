import { isUtf8 } from 'node:buffer';
import { skipSpace, skipValue } from '../../core/json-scanner.js';
import { type KeptPayload, Payload } from '../../core/payload.js';
import type { Audience, Publication, Publisher } from '../../core/publication.js';
import { readTraceparent } from '../../core/trace-context.js';

/** Of the format below: who reads another one knows nothing. */
const VERSION = '1';
const LINE_END = 0x0a;
/** Levels of JSON in a payload. */
const DEPTH = 64;
/** Octets of a head. */
const LONGEST_HEAD = 1024 ** 2;

const ID = /^[1-9]\d{0,15}$/;
/** 2^53. */
const GREATEST_ID = '9007199254740992';
const LISTS = ['exclude', 'excludeUsers', 'excludeRoles', 'eligible', 'users', 'roles'] as const;
const NAMES: ReadonlySet<string> = new Set([...LISTS, 'author']);
const FORMS: ReadonlySet<unknown> = new Set(['bytes', 'text', 'arguments']);

/** What is said about a publication; what is not said is not there, is JSON, and octets as they are. */
interface Head {
  readonly id: string;
  readonly time: number;
  readonly type?: string | undefined;
  readonly form?: KeptPayload['form'] | undefined;
  readonly audience?: Audience | undefined;
  readonly publisher?: Publisher | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly expires?: number | undefined;
  readonly trace?: string | undefined;
}

const JSON_TYPE = 'application/json';

/** A publication as it goes through Redis: `1`, its head as JSON in one line, the end of the line, its payload. */
export function writeFrame({
  id,
  time,
  payload,
  audience,
  publisher,
  headers,
  expires,
  trace,
}: Publication): Buffer {
  const { contentType, form, bytes } = payload.kept;
  const head: Head = {
    id,
    time,
    type: contentType === JSON_TYPE ? undefined : contentType,
    form: form === 'bytes' ? undefined : form,
    audience: audienceOf(audience),
    publisher,
    headers,
    expires,
    trace,
  };
  const line = `${VERSION}${JSON.stringify(head)}\n`;
  const size = Buffer.byteLength(line);
  const frame = Buffer.allocUnsafe(size + bytes.length);
  frame.write(line);
  frame.set(bytes, size);
  return frame;
}

/** Undefined for whatever is not a frame in all its parts: anybody may write into Redis. */
export function readFrame(bytes: Buffer, channel: string): Publication | undefined {
  const end = bytes.indexOf(LINE_END);
  if (bytes[0] !== VERSION.charCodeAt(0) || end === -1 || end > LONGEST_HEAD) return undefined;
  const head = readHead(bytes.subarray(1, end));
  if (head === undefined) return undefined;
  const {
    type: contentType = JSON_TYPE,
    form = 'bytes',
    id,
    time,
    audience,
    publisher,
    headers,
    expires,
    trace,
  } = head;
  const body = bytes.subarray(end + 1);
  if (!isBody(body, contentType, form)) return undefined;
  const payload = Payload.restore({ contentType, form, bytes: body });
  return { id, channel, payload, time, audience, publisher, headers, expires, trace, position: undefined };
}

/** The lists alone of what may be the whole event. */
function audienceOf(audience: Audience | undefined): Audience | undefined {
  if (audience === undefined) return undefined;
  const said: Record<string, unknown> = {};
  for (const name of LISTS) if ((audience[name]?.length ?? 0) > 0) said[name] = audience[name];
  if (audience.author !== undefined) said['author'] = audience.author;
  return Object.keys(said).length === 0 ? undefined : said;
}

function readHead(line: Buffer): Head | undefined {
  if (!isUtf8(line)) return undefined;
  try {
    const head: unknown = JSON.parse(line.toString('utf8'));
    return isHead(head) ? head : undefined;
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is Head {
  if (!isMap(value)) return false;
  const { id, time, type, form, audience, publisher, headers, expires, trace } = value;
  const isNamed = isId(id) && isTime(time);
  const isTyped = (type === undefined || isType(type)) && (form === undefined || FORMS.has(form));
  const isMeant =
    (audience === undefined || isAudience(audience)) && (expires === undefined || isTime(expires));
  const isSaid =
    (publisher === undefined || isPublisher(publisher)) && (headers === undefined || isTexts(headers));
  if (trace !== undefined && readTraceparent(trace) === undefined) return false;
  return isNamed && isTyped && isMeant && isSaid;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): boolean {
  if (typeof value !== 'string' || !ID.test(value)) return false;
  return value.length < GREATEST_ID.length || value <= GREATEST_ID;
}

function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isType(value: unknown): boolean {
  return typeof value === 'string' && /^[\x20-\x7e]{1,255}$/.test(value);
}

/** A list that is not known may be one that keeps somebody out. */
function isAudience(value: unknown): boolean {
  if (!isMap(value)) return false;
  return Object.entries(value).every(([name, item]) => {
    if (name === 'author') return typeof item === 'string';
    return NAMES.has(name) && Array.isArray(item) && item.every((text) => typeof text === 'string');
  });
}

function isPublisher(value: unknown): boolean {
  if (!isMap(value)) return false;
  const { session, user, role } = value;
  return (
    typeof session === 'string' && typeof role === 'string' && ['string', 'undefined'].includes(typeof user)
  );
}

function isTexts(value: unknown): boolean {
  return isMap(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isBody(body: Buffer, contentType: string, form: KeptPayload['form']): boolean {
  if (form === 'text') return isUtf8(body);
  if (form === 'bytes' && contentType !== JSON_TYPE) return true;
  return isUtf8(body) && isJson(body, form === 'arguments');
}

function isJson(body: Buffer, isArguments: boolean): boolean {
  try {
    let at = skipSpace(body, 0);
    if (isArguments && body[at] !== 0x5b) return false;
    at = skipSpace(body, skipValue(body, at, DEPTH));
    if (isArguments && body[at] === 0x2c) {
      at = skipSpace(body, at + 1);
      if (body[at] !== 0x7b) return false;
      at = skipSpace(body, skipValue(body, at, DEPTH));
    }
    return at === body.length;
  } catch {
    return false;
  }
}
