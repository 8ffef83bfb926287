/** The same door for Node, where releases before 22 have no WebSocket of their own. */
import { WebSocket } from 'ws';
import { createSync as createBrowserSync, sync } from './index.js';
import type { Socket, SyncOptions } from './options.js';
import type { Sync } from './sync.js';

export * from './index.js';
export default sync;

const Implementation = (globalThis as { WebSocket?: unknown }).WebSocket ?? WebSocket;
const platform = { WebSocket: Implementation as new (url: string, protocols: string[]) => Socket };

sync.configure(platform);

/** A client of its own. */
export function createSync(options: SyncOptions = {}): Sync {
  return createBrowserSync({ ...platform, ...options });
}
