import { type HttpReply, jsonReply } from '../../core/http.js';
import { writeJson } from '../../core/json-values.js';

/** A reply with the JSON of a value that may have octets in it. */
export function valueReply(value: unknown): HttpReply {
  return { ...jsonReply(200, null), body: `${writeJson(value)}\n` };
}
