/** The door of the client for browsers: a default `sync` that finds its server beside the script, and the makers. */
import { urlBeside } from './location.js';
import type { SyncOptions } from './options.js';
import { createDefaultSync } from './page-sync.js';
import { Sync } from './sync.js';

export type { CallRequest } from './call-request.js';
export type { PublicationOptions, Receivers } from './codec.js';
export type { ProtocolName } from './codecs.js';
export type { Identity } from './identity.js';
export type { Match, SubscribeOptions } from './interest.js';
export type { Collection, Model } from './keep-relevant.js';
export type { Outage, Retry, State } from './link-listener.js';
export type { SyncOptions } from './options.js';
export { OroWamp, type OroWampOptions } from './oro-wamp.js';
export type { DefaultSync, SyncService } from './page-sync.js';
export type { Gap } from './progress.js';
export type { Callback, Delivery, Entry } from './subscriptions.js';
export type { Sync } from './sync.js';
export { SyncError } from './sync-error.js';
export type { SyncEvents } from './sync-events.js';
export type { ChannelParams } from './template.js';

/**
 * The client that a whole page shares.
 *
 * @example
 * sync.subscribe('oro/ping', (payload) => console.log(payload));
 */
export const sync = createDefaultSync({ url: urlBeside(import.meta.url) });

/** A client of its own, with a connection of its own. */
export function createSync(options: SyncOptions = {}): Sync {
  return new Sync({ url: urlBeside(import.meta.url), ...options });
}

/** Pages of OroPlatform write `import sync from 'orosync/js/sync'`. */
export default sync;
