import { type Disconnect, RouterError } from '../core/errors.js';
import type { HttpReply, HttpRequest } from '../core/http.js';
import type { Delivery } from './long-poll-connection.js';

type Headers = HttpRequest['headers'];

/** Nothing that stands between may keep an answer. */
const NO_STORE = { 'cache-control': 'no-store' };

/** What AutobahnJS says of each request. */
const AUTOBAHN = /^application\/json; charset=utf-8$/i;

/** The answer to a request for messages: at most those of the delivery, or that there will be none any more. */
export function deliveryReply(delivery: Delivery): HttpReply {
  if ('code' in delivery) throw ended(delivery);
  const [first] = delivery;
  if (first === undefined) return { status: 204, headers: NO_STORE };
  const type = first.binary ? 'application/octet-stream' : 'application/json; charset=utf-8';
  const body = delivery.length === 1 ? first.bytes : Buffer.concat(delivery.map(({ bytes }) => bytes));
  return { status: 200, headers: { ...NO_STORE, 'content-type': type }, body };
}

/**
 * The answer to a message that was taken: 202, as the specification has it. AutobahnJS takes that for a failure, and 204,
 * which is the status of the words "no content", for success. [WAMP2 §HTTP Longpoll Transport]
 */
export function emptyReply(headers: Headers): HttpReply {
  return { status: AUTOBAHN.test(String(headers['content-type'])) ? 204 : 202, headers: NO_STORE };
}

/** The refusal of requests to a transport that has ended. */
export function ended({ code, reason, reconnect }: Disconnect): RouterError {
  return new RouterError('bad_request', `the transport has ended: ${reason} (${code})`, {
    hint: reconnect ? 'open a new one' : 'a new one would end likewise',
  });
}
