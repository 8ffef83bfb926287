import { type Interest, keyOf } from './interest.js';

/** What a callback learns of a message beside its payload. */
export interface Delivery {
  /** Where it was published: for a pattern one of the channels that match. */
  readonly channel: string;
  /** True for one that the server had kept from before. */
  readonly retained?: boolean;
}

/** Receives the payloads of a channel, or of all channels that a pattern matches. */
export type Callback = (payload: unknown, event: Delivery) => void;

/** One callback and what it waits for. */
export interface Entry {
  readonly interest: Interest;
  readonly callback: Callback;
}

interface Waiting {
  readonly interest: Interest;
  /** With the number of the order in which they came. */
  readonly callbacks: Map<Callback, number>;
}

/** Which callbacks wait for what. A callback is in a channel once, however often it was added. */
export class Subscriptions {
  readonly #byKey = new Map<string, Waiting>();
  #count = 0;

  /** True if the channel had no callback before. */
  add(interest: Interest, callback: Callback): boolean {
    const known = this.#byKey.get(keyOf(interest));
    const { callbacks } = known ?? this.#begin(interest);
    if (!callbacks.has(callback)) callbacks.set(callback, this.#count++);
    return !known;
  }

  /** Removes one callback, or all of the channel. True if the channel had some and has none left. */
  remove(interest: Interest, callback?: Callback): boolean {
    const callbacks = this.#byKey.get(keyOf(interest))?.callbacks;
    if (!callbacks) return false;
    if (callback) callbacks.delete(callback);
    if (callback && callbacks.size > 0) return false;
    callbacks.clear();
    return this.#byKey.delete(keyOf(interest));
  }

  interests(): Interest[] {
    return [...this.#byKey.values()].map(({ interest }) => interest);
  }

  /** All pairs in the order in which they were added. */
  entries(): Entry[] {
    const all = [...this.#byKey.values()].flatMap(({ interest, callbacks }) =>
      [...callbacks].map(([callback, order]) => ({ interest, callback, order })),
    );
    return all.sort((a, b) => a.order - b.order);
  }

  /** Calls everyone who was subscribed when the message came and still is; `failed` hears of those that threw. */
  deliver(interest: Interest, payload: unknown, event: Delivery, failed: (error: unknown) => void): void {
    const callbacks = this.#byKey.get(keyOf(interest))?.callbacks;
    for (const callback of [...(callbacks?.keys() ?? [])]) {
      if (!callbacks?.has(callback)) continue;
      try {
        callback(payload, event);
      } catch (error) {
        failed(error);
      }
    }
  }

  #begin(interest: Interest): Waiting {
    const waiting = { interest, callbacks: new Map<Callback, number>() };
    this.#byKey.set(keyOf(interest), waiting);
    return waiting;
  }
}
