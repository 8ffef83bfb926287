import type { Route } from './route.js';
import { durationText } from './units.js';

/** What is promised about the delivery of what is published on a channel. */
export interface DeliveryPromise {
  readonly channel: string;
  readonly kind: 'at_most_once' | 'recoverable' | 'queue';
  /** The promise in one sentence. */
  readonly promise: string;
  /** What who comes back can recover. `ttl` is milliseconds; null for as long as there is room. */
  readonly history?: { readonly size: number; readonly ttl: number | null; readonly durable: boolean };
  /** Publications that a new subscriber gets first. */
  readonly replay?: number;
  /** What is held until it is acknowledged. */
  readonly queue?: { readonly size: number; readonly ttl: number | null; readonly durable: boolean };
  /** What happens to subscribers that take less than is published. */
  readonly slow: 'disconnect' | 'conflate';
}

/** What a route promises about one of its channels. */
export function promiseOf(
  channel: string,
  { queue, history, replay, slow = 'disconnect' }: Route,
): DeliveryPromise {
  if (queue !== undefined) {
    const { size, ttl = null, durable } = queue;
    const promise = `each message to one consumer, until it is acknowledged${durable ? ', durable' : ''}`;
    return { channel, kind: 'queue', promise, queue: { size, ttl, durable }, slow };
  }
  const { size, ttl, durable = false } = history ?? { size: replay ?? 0, ttl: undefined };
  if (size === 0) return { channel, kind: 'at_most_once', promise: 'at most once', slow };
  const parts = [
    `recoverable: the newest ${size}${ttl === undefined ? '' : ` of ${durationText(ttl)}`}`,
    ...(durable ? ['durable'] : []),
    ...(replay === undefined ? [] : [`the newest ${replay} to each new subscriber`]),
    ...(slow === 'conflate' ? ['the newest alone to who is slow'] : []),
  ];
  return {
    channel,
    kind: 'recoverable',
    promise: parts.join('; '),
    history: { size, ttl: ttl ?? null, durable },
    ...(replay !== undefined && { replay }),
    slow,
  };
}
