import { RouterError } from '../../core/errors.js';
import type { PublishEvent } from '../../core/publication.js';
import { requireKey, requireVersion } from '../../core/publish-once.js';
import type { StompFrame } from './frame-reader.js';
import { payloadOf } from './payload-of.js';
import { numberHeader } from './require-header.js';

/**
 * Headers of a SEND that are not for subscribers: they are about the frame itself, or the server's to say. Spaces around a
 * name make no other one of it for clients that take them away.
 */
const OWN: ReadonlySet<string> = new Set([
  'destination',
  'content-length',
  'content-type',
  'receipt',
  'transaction',
  'message-id',
  'subscription',
  'ack',
  'redelivered',
  'delivery-count',
  'receipt-id',
  'JMSXUserID',
  'idempotency-key',
  'position',
]);

/** What a SEND asks for, in the words of the router; `depth` bounds the levels of JSON. Throws `bad_request`. */
export function publishEventOf(frame: StompFrame, depth: number): PublishEvent {
  const { headers, body } = frame;
  const passed = [...headers].filter(([name]) => !OWN.has(name.trim()));
  const expires = expiryOf(frame);
  const key = headers.get('idempotency-key');
  const version = numberHeader(frame, 'version');
  return {
    payload: payloadOf(body, headers.get('content-type'), depth),
    exclude: [],
    eligible: [],
    ...(passed.length > 0 && { headers: Object.fromEntries(passed) }),
    ...(expires !== undefined && { expires }),
    ...(key !== undefined && { key: requireKey(key) }),
    ...(version !== undefined && { version: requireVersion(version) }),
  };
}

/** `expiration` is a span of milliseconds, as RabbitMQ has it; `expires` a time, as ActiveMQ, and 0 is never. */
function expiryOf(frame: StompFrame): number | undefined {
  const [span, time] = [numberHeader(frame, 'expiration'), numberHeader(frame, 'expires')];
  if (span !== undefined && time !== undefined && time > 0)
    throw new RouterError('bad_request', 'expiration and expires in one SEND', { hint: 'send one of them' });
  if (span !== undefined) return Date.now() + span;
  return time === 0 ? undefined : time;
}
