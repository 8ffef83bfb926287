import { RouterError } from '../../src/core/errors.js';
import type { QueueStore, StoredMessage } from '../../src/core/queue-store.js';

/** A store in memory, which takes one change after the other: what it keeps outlives the queues that are made on it. */
export class FakeQueueStore implements QueueStore {
  readonly kept = new Map<number, StoredMessage>();
  /** Set while it refuses to keep anything. */
  full = false;
  /** Set while it refuses to forget anything. */
  keepsAll = false;
  /** Called when a message is to be kept; the promise decides when it is. */
  delay: () => Promise<void> = () => Promise.resolve();

  #last: Promise<unknown> = Promise.resolve();

  async load(): Promise<readonly StoredMessage[]> {
    await this.#last;
    return [...this.kept.values()].sort((a, b) => a.key - b.key);
  }

  add(message: StoredMessage): Promise<void> {
    const { full } = this;
    return this.#inTurn(async () => {
      await this.delay();
      if (full || this.kept.has(message.key)) throw new RouterError('unavailable', 'the store is full');
      this.kept.set(message.key, message);
    });
  }

  remove(key: number): Promise<void> {
    const { keepsAll } = this;
    return this.#inTurn(() => {
      if (keepsAll) throw new RouterError('unavailable', 'the store is read-only');
      this.kept.delete(key);
    });
  }

  attempted(key: number, attempts: number): Promise<void> {
    return this.#inTurn(() => {
      const message = this.kept.get(key);
      if (message !== undefined) this.kept.set(key, { ...message, attempts });
    });
  }

  async close(): Promise<void> {
    await this.#last;
  }

  #inTurn(change: () => void | Promise<void>): Promise<void> {
    const made = this.#last.then(change);
    this.#last = made.catch(() => undefined);
    return made;
  }
}
