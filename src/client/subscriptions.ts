/** Receives the payloads of a channel. */
export type Callback = (payload: unknown, event: { readonly channel: string }) => void;

/** Which callbacks wait for which channel. A callback is in a channel once, however often it was added. */
export class Subscriptions {
  readonly #byChannel = new Map<string, Map<Callback, number>>();
  #count = 0;

  /** True if the channel had no callback before. */
  add(channel: string, callback: Callback): boolean {
    const callbacks = this.#byChannel.get(channel) ?? new Map<Callback, number>();
    const first = callbacks.size === 0;
    if (!callbacks.has(callback)) callbacks.set(callback, this.#count++);
    this.#byChannel.set(channel, callbacks);
    return first;
  }

  /** Removes one callback, or all of the channel. True if the channel had some and has none left. */
  remove(channel: string, callback?: Callback): boolean {
    const callbacks = this.#byChannel.get(channel);
    if (!callbacks) return false;
    if (callback) callbacks.delete(callback);
    if (callback && callbacks.size > 0) return false;
    callbacks.clear();
    return this.#byChannel.delete(channel);
  }

  channels(): string[] {
    return [...this.#byChannel.keys()];
  }

  /** All pairs in the order in which they were added. */
  entries(): [channel: string, callback: Callback][] {
    const all = [...this.#byChannel].flatMap(([channel, callbacks]) =>
      [...callbacks].map(([callback, order]) => ({ channel, callback, order })),
    );
    return all.sort((a, b) => a.order - b.order).map(({ channel, callback }) => [channel, callback]);
  }

  /** Calls everyone who was subscribed when the message came and still is; `failed` hears of those that threw. */
  deliver(channel: string, payload: unknown, failed: (error: unknown) => void): void {
    const callbacks = this.#byChannel.get(channel);
    for (const callback of [...(callbacks?.keys() ?? [])]) {
      if (!callbacks?.has(callback)) continue;
      try {
        callback(payload, { channel });
      } catch (error) {
        failed(error);
      }
    }
  }
}
