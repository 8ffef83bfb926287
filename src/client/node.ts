/**
 * The door for Node: what browsers get, and the publisher, whose key is no browser's. Over `ws`, since releases before 22 have
 * no WebSocket of their own, and that of 22 does not say that an attempt to connect has failed.
 */
import { WebSocket } from 'ws';
import { createSync as createBrowserSync, sync } from './index.js';
import type { Socket, SyncOptions } from './options.js';
import type { Sync } from './sync.js';

export * from './index.js';
export { PublishError } from './publish-error.js';
export {
  createPublisher,
  type Message,
  type Published,
  type Publisher,
  type PublisherOptions,
  type PublishOptions,
  type Target,
} from './publisher.js';
export default sync;

const platform = { WebSocket: WebSocket as unknown as new (url: string, protocols: string[]) => Socket };

sync.configure(platform);

/** A client of its own. */
export function createSync(options: SyncOptions = {}): Sync {
  return createBrowserSync({ ...platform, ...options });
}
