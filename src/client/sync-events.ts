import type { Identity } from './identity.js';
import type { Outage, Retry, State } from './link-listener.js';
import type { Listeners } from './listeners.js';
import type { Gap } from './progress.js';
import type { SyncError } from './sync-error.js';

/** What `sync.on` can listen to. */
export interface SyncEvents {
  /** The server welcomed us; subscriptions and waiting messages have been sent. */
  readonly connection_established: { readonly sessionId: string };
  /** Once per outage. */
  readonly connection_lost: Outage;
  /** Before each pause between two attempts. */
  readonly retry: Retry;
  /** A refusal by the server, or a mistake that nobody else would hear of. Printed if nobody listens. */
  readonly error: SyncError;
  /** The server has changed who the session is: renewed, given other rights, or taken back. */
  readonly identity: Identity;
  /** All that was published on the channel while there was no connection follows now. */
  readonly recovered: { readonly channel: string };
  /** Messages of the channel were missed and will not come. */
  readonly gap: Gap;
  readonly state: { readonly state: State };
}

/** Announces an outage; where nobody listens, what is known of its reason is printed. */
export function reportOutage(listeners: Listeners<SyncEvents>, outage: Outage): void {
  const heard = listeners.announce('connection_lost', outage);
  if (!heard && outage.code === 1006 && outage.reason) console.warn(`signalbox: ${outage.reason}`);
}

/** Announces an error, or prints it if nobody listens. */
export function report(listeners: Listeners<SyncEvents>, error: SyncError): void {
  if (!listeners.announce('error', error)) console.error(`signalbox: ${error.message}`, error);
}
