import { RouterError } from './errors.js';
import type { PresenceReader } from './presence.js';
import type { Router } from './router.js';
import type { OwnProcedure } from './rpc.js';

/** Tells who is on a channel, for those whom `access.presence` of its route lets. */
export const PRESENCE_PROCEDURE = 'signalbox.presence';

/** `signalbox.presence` with a channel, in any spelling of it, as its one argument. */
export function presenceProcedure(router: Pick<Router, 'resolve'> & PresenceReader): OwnProcedure {
  return (session, { args: [channel] }) => {
    if (typeof channel !== 'string')
      throw new RouterError('bad_request', `${PRESENCE_PROCEDURE} takes a channel as its one argument`);
    return router.present(session, router.resolve(channel));
  };
}
