import { isUtf8 } from 'node:buffer';
import { RouterError } from '../../core/errors.js';
import { JsonError, skipSpace, skipValue } from '../../core/json-scanner.js';
import { Payload } from '../../core/payload.js';

const NUL = 0;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;
const OCTETS_TYPE = 'application/octet-stream';
const JSON_TYPE = /^\s*application\/json\s*(?:;|$)/i;

/**
 * The payload of a SEND: JSON where its content type says so, or where it says nothing and the body is a list or an
 * object; otherwise a text, or octets. `depth` bounds the levels of JSON. Throws `bad_request` for JSON that is none.
 */
export function payloadOf(body: Buffer, contentType: string | undefined, depth: number): Payload {
  if (contentType !== undefined && JSON_TYPE.test(contentType)) {
    checkJson(body, depth);
    return Payload.fromJson(body);
  }
  if (contentType === undefined && isStructure(body) && isJson(body, depth)) return Payload.fromJson(body);
  if (isUtf8(body) && !body.includes(NUL)) return Payload.fromText(body, contentType);
  return Payload.fromBytes(body, contentType ?? OCTETS_TYPE);
}

function isStructure(body: Buffer): boolean {
  const first = body[skipSpace(body, 0)];
  return first === OPEN_LIST || first === OPEN_OBJECT;
}

function isJson(body: Buffer, depth: number): boolean {
  try {
    checkJson(body, depth);
    return true;
  } catch {
    return false;
  }
}

function checkJson(body: Buffer, depth: number): void {
  const fault = isUtf8(body) ? faultOf(body, depth) : 'it is not UTF-8';
  if (fault === undefined) return;
  throw new RouterError('bad_request', `the body is not JSON: ${fault}`, {
    hint: 'send JSON, or another content-type than application/json',
  });
}

function faultOf(body: Buffer, depth: number): string | undefined {
  try {
    const end = skipSpace(body, skipValue(body, skipSpace(body, 0), depth));
    return end === body.length ? undefined : `something follows it at offset ${end}`;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return `${error.message} at offset ${error.position}`;
  }
}
