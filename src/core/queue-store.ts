import type { MaybePromise } from './maybe-promise.js';
import type { Publication } from './publication.js';

/** A message of a durable queue. */
export interface StoredMessage {
  /** A whole number above 0, different for each message of a store: a greater one came later. */
  readonly key: number;
  readonly publication: Publication;
  /** Times that it has been given out, as far as that was kept. */
  readonly attempts: number;
}

/** Keeps the messages of durable queues over the end of the process. Calls take effect in the order made. */
export interface QueueStore {
  /** All that is kept, by key. */
  load(): MaybePromise<readonly StoredMessage[]>;
  /** Resolves when the message would outlive the process and a loss of power. */
  add(message: StoredMessage): Promise<void>;
  /** Resolves when the message is gone for good. */
  remove(key: number): Promise<void>;
  /** Resolves when the number is kept. */
  attempted(key: number, attempts: number): Promise<void>;
  /** Resolves when all that was asked for is done. */
  close(): Promise<void>;
}
