import { randomInt } from 'node:crypto';
import type { RouterError } from '../core/errors.js';
import { type HttpReply, jsonReply } from '../core/http.js';

/** Seconds after which a peer that was refused for a limit, or for now, may try again: not all at once. */
const RETRY_AFTER = { least: 3, most: 8 };

/** The answer to a refused request or handshake: `{error: {code, message, hint, request}}`, and what is told beside it. */
export function refusalReply(
  { status, code, message, hint, request }: RouterError,
  details: Readonly<Record<string, unknown>> = {},
): HttpReply {
  const reply = jsonReply(status, { error: { code, message, hint, request, ...details } });
  return { ...reply, headers: { ...reply.headers, ...headersOf(status) } };
}

/** [RFC 6585 §4] [RFC 9110 §11.6.1, §10.2.3] */
function headersOf(status: number): Readonly<Record<string, string>> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (status === 413) return { connection: 'close' };
  return status === 429 || status === 503
    ? { 'retry-after': String(randomInt(RETRY_AFTER.least, RETRY_AFTER.most + 1)) }
    : {};
}
