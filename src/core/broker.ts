import type { MaybePromise } from './maybe-promise.js';
import type { Publication } from './publication.js';

/** Carries publications between nodes. Calls for one channel take effect in the order made. */
export interface Broker {
  /** `deliver` is called for every publication on a subscribed channel, in channel order. */
  start(deliver: (publication: Publication) => void): MaybePromise<void>;
  subscribe(channel: string): MaybePromise<void>;
  unsubscribe(channel: string): MaybePromise<void>;
  /** Resolves when the publication is accepted. */
  publish(publication: Publication): MaybePromise<Publication>;
  close(): MaybePromise<void>;
}
