import type { ReplayCache } from '../core/authenticator.js';
import type { Broker } from '../core/broker.js';
import type { Cluster } from '../core/cluster.js';
import type { PresenceStore } from '../core/presence.js';
import type { Queues } from '../core/queue.js';

/** What carries and keeps all that happens on the channels of one realm. */
export interface Carriers {
  readonly broker: Broker;
  readonly queues: Queues;
  readonly presence: PresenceStore;
}

/** What the realms of a server stand on, which is its own or shared with other nodes. */
export interface Backbone {
  readonly cluster: Cluster;
  /** `size` is how many are remembered in this process. */
  readonly replays: ReplayCache & { readonly size?: number };
  /** Of the main realm. */
  readonly main: Carriers;
  /** Of another one. To be asked for before `start`. */
  of(realm: string): Carriers;
  /** Throws an error for people where it cannot be had. */
  start(): Promise<void>;
  /** After all that stands on it has been closed. */
  close(): void;
}
