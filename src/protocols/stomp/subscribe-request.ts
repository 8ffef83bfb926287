import { RouterError } from '../../core/errors.js';
import { requirePosition } from '../../core/position.js';
import { traceparentOf } from '../../core/trace-context.js';
import type { StompFrame } from './frame-reader.js';
import { TEMP_QUEUE } from './reply-queues.js';
import { numberHeader, requireHeader } from './require-header.js';
import type { AckMode, SubscriptionRequest } from './subscription.js';

const ACK_MODES: readonly AckMode[] = ['auto', 'client', 'client-individual'];
const FALSE = /^(?:false|0|)$/i;

/** What other brokers do for these headers of SUBSCRIBE; a peer that counts on it must not be left in the dark. */
const UNSUPPORTED = [
  'selector',
  'browser',
  'durable',
  'activemq.subscriptionName',
  'activemq.subcriptionName',
  'durable-subscription-name',
  'durable-subscriber-name',
  'activemq.noLocal',
  'no-local',
  'activemq.exclusive',
] as const;

/** What a SUBSCRIBE asks for; a subscription may hold `most` messages unanswered. Throws `bad_request` and `feature_not_supported`. */
export function readSubscribe(frame: StompFrame, { most }: { readonly most: number }): SubscriptionRequest {
  checkSupported(frame);
  const destination = requireHeader(frame, 'destination');
  const id = frame.headers.get('id');
  if (id?.startsWith(TEMP_QUEUE)) {
    throw new RouterError('bad_request', `the id of a subscription begins with ${TEMP_QUEUE}`, {
      hint: 'replies come by such ids; choose another one',
    });
  }
  const since = frame.headers.get('since')?.trim();
  return {
    id,
    destination,
    ack: ackOf(frame),
    prefetch: prefetchOf(frame, most),
    tellsPositions: since !== undefined,
    since: since ? requirePosition(since) : undefined,
    trace: traceparentOf(frame.headers.get('traceparent')),
  };
}

function checkSupported({ headers }: StompFrame): void {
  const found = UNSUPPORTED.find((name) => !FALSE.test(headers.get(name) ?? ''));
  if (found === undefined) return;
  throw new RouterError('feature_not_supported', `the header ${found} of SUBSCRIBE is not supported here`, {
    hint: `leave ${found} out`,
  });
}

function ackOf({ headers }: StompFrame): AckMode {
  const ack = headers.get('ack') ?? 'auto';
  const known = ACK_MODES.find((mode) => mode === ack.trim());
  if (known !== undefined) return known;
  throw new RouterError('bad_request', `the header ack of SUBSCRIBE is none of ${ACK_MODES.join(', ')}`);
}

/** Messages, whoever's header it is; 0 is as many as may be. */
function prefetchOf(frame: StompFrame, most: number): number | undefined {
  const wanted = numberHeader(frame, 'prefetch-count') ?? numberHeader(frame, 'activemq.prefetchSize');
  if (wanted === undefined) return undefined;
  return wanted === 0 ? most : Math.min(wanted, most);
}
