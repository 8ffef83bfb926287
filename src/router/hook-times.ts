import type { Meter, Timing } from '../core/meter.js';
import type { Route } from '../core/route.js';
import type { TopicHandler } from '../core/topic.js';

/** Where it is noted how long the hooks of a route's handler take; of those that it has. */
export interface HookTimes {
  readonly subscribe?: Timing | undefined;
  readonly publish?: Timing | undefined;
  readonly unsubscribe?: Timing | undefined;
  readonly call?: Timing | undefined;
}

/** Nobody wants to know. */
export const UNTIMED: HookTimes = {};

/** The times of one route, under `signalbox_handler_seconds`. */
export function hookTimes({ name: route }: Route, handler: TopicHandler, meter: Meter): HookTimes {
  const of = (hook: keyof HookTimes, isThere: boolean) =>
    isThere ? meter.timing?.('signalbox_handler_seconds', { route, hook }) : undefined;
  return {
    subscribe: of('subscribe', handler.onSubscribe !== undefined),
    publish: of('publish', handler.onPublish !== undefined),
    unsubscribe: of('unsubscribe', handler.onUnsubscribe !== undefined),
    call: of('call', handler.onCall !== undefined || handler.methods !== undefined),
  };
}
