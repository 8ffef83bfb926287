import { RouterError } from './errors.js';
import { readHistoryQuery } from './history-page.js';
import type { PresenceReader } from './presence.js';
import type { Router } from './router.js';
import type { CallEvent, OwnProcedure } from './rpc.js';

/** What every session may call about a channel, in every protocol that has calls; the access of its route decides. */
export const CHANNEL_PROCEDURES = {
  history: 'signalbox.history',
  presence: 'signalbox.presence',
  promise: 'signalbox.promise',
} as const;

/**
 * `signalbox.history` of a channel gives a page of its history, by `since`, `limit` and `reverse`, which are a map after
 * the channel or named arguments; `signalbox.presence` who is there; `signalbox.promise` what delivery the channel promises.
 */
export function channelProcedures(router: Router & PresenceReader): ReadonlyMap<string, OwnProcedure> {
  return new Map<string, OwnProcedure>([
    [
      CHANNEL_PROCEDURES.history,
      (session, call) => {
        const query = readHistoryQuery({ ...call.kwargs, ...optionsOf(call) });
        return router.historyPage(session, router.resolve(channelOf(call)), query);
      },
    ],
    [
      CHANNEL_PROCEDURES.presence,
      (session, call) => router.present(session, router.resolve(channelOf(call))),
    ],
    [CHANNEL_PROCEDURES.promise, (session, call) => router.promise(session, router.resolve(channelOf(call)))],
  ]);
}

function channelOf({ args: [first], kwargs: { channel = first } }: CallEvent): string {
  if (typeof channel === 'string') return channel;
  throw new RouterError('bad_request', 'the channel is missing', { hint: 'it is the first argument' });
}

function optionsOf({ args: [, options = {}] }: CallEvent): Readonly<Record<string, unknown>> {
  if (typeof options === 'object' && options !== null && !Array.isArray(options))
    return options as Readonly<Record<string, unknown>>;
  throw new RouterError('bad_request', 'the second argument must be a map', {
    hint: 'such as {"limit": 10}, or leave it out',
  });
}
