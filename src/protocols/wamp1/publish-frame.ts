import { JsonError, skipSpace, skipString, skipValue } from '../../core/json-scanner.js';
import { Payload } from '../../core/payload.js';
import { decodeReceivers, PUBLISH, type Receivers, Wamp1Error } from './codec.js';
import { KnownNames } from './known-names.js';

/** A PUBLISH whose payload is the bytes that arrived: checked to be JSON, never parsed. */
export interface PublishFrame {
  readonly channel: string;
  readonly payload: Payload;
  readonly receivers: Receivers;
}

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const PUBLISH_DIGIT = 0x30 + PUBLISH;

const KNOWN = new KnownNames();
const TO_EVERYBODY: Receivers = { excludeMe: false, exclude: [], eligible: [] };

/** Whether the message is a PUBLISH: its list begins with 7. */
export function isPublish(bytes: Buffer): boolean {
  const open = skipSpace(bytes, 0);
  const digit = skipSpace(bytes, open + 1);
  const after = bytes[digit + 1];
  return bytes[open] === OPEN_LIST && bytes[digit] === PUBLISH_DIGIT && (after === COMMA || after === 0x20);
}

/** Reads `[7, topicURI, event, …]`. Throws `JsonError` or `Wamp1Error`. [WAMP1 §PUBLISH] */
export function readPublish(bytes: Buffer, depth: number): PublishFrame {
  const digit = skipSpace(bytes, skipSpace(bytes, 0) + 1);
  const name = afterComma(bytes, skipSpace(bytes, digit + 1));
  if (bytes[name] !== QUOTE) throw new Wamp1Error('expected a channel in PUBLISH');
  const nameEnd = skipString(bytes, name);
  const body = afterComma(bytes, skipSpace(bytes, nameEnd));
  const bodyEnd = skipValue(bytes, body, depth);
  return {
    channel: readName(bytes, name + 1, nameEnd - 1),
    payload: Payload.fromJson(bytes.subarray(body, bodyEnd)),
    receivers: readRest(bytes, skipSpace(bytes, bodyEnd), depth),
  };
}

function afterComma(bytes: Buffer, at: number): number {
  if (bytes[at] !== COMMA) throw new JsonError('expected ,', at);
  return skipSpace(bytes, at + 1);
}

/** The text between two quotes. */
function readName(bytes: Buffer, start: number, end: number): string {
  const known = KNOWN.find(bytes, start, end);
  if (known !== undefined) return known;
  const name = readText(bytes, start, end);
  KNOWN.keep(name, bytes, start, end);
  return name;
}

function readText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\\') ? JSON.parse(`"${text}"`) : text;
}

function readRest(bytes: Buffer, at: number, depth: number): Receivers {
  if (bytes[at] === CLOSE_LIST) {
    if (skipSpace(bytes, at + 1) !== bytes.length) throw new JsonError('text after the message', at + 1);
    return TO_EVERYBODY;
  }
  if (bytes[at] !== COMMA) throw new JsonError('expected , or ]', at);
  const rest = Buffer.concat([Buffer.from('['), bytes.subarray(at + 1)]);
  if (skipSpace(rest, skipValue(rest, 0, depth)) !== rest.length)
    throw new JsonError('text after the message', at);
  return decodeReceivers(JSON.parse(rest.toString('utf8')));
}
