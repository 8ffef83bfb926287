import type { Heard } from './codec.js';
import { type Interest, interestIn, keyOf, type SubscribeOptions } from './interest.js';
import { type Gap, Progress, placeOf, type Start } from './progress.js';

/** What a callback learns of a message beside its payload. */
export interface Delivery {
  /** Where it was published: for a pattern one of the channels that match. */
  readonly channel: string;
  /** True for one that the server had kept from before. */
  readonly retained?: boolean;
  /** Its place in the history of the channel, where there is one: `since` for somebody who goes on from here. */
  readonly position?: string;
  /** How manieth it is in the history. */
  readonly offset?: number;
}

/** Receives the payloads of a channel, or of all channels that a pattern matches. */
export type Callback = (payload: unknown, event: Delivery) => void;

/** One callback and what it waits for. */
export interface Entry {
  readonly channel: string;
  readonly callback: Callback;
  readonly options: SubscribeOptions;
}

interface Waiting {
  readonly interest: Interest;
  /** A pattern has no place in the histories of its channels. */
  readonly progress: Progress | undefined;
  readonly callbacks: Map<Callback, Listening>;
}

/** One callback of a channel. */
interface Listening {
  /** The number of the order in which they came. */
  readonly order: number;
  readonly options: SubscribeOptions;
}

/** Hears what a callback threw. */
type Failed = (channel: string, cause: unknown) => void;

/** Which callbacks wait for what. A callback is in a channel once, however often it was added. */
export class Subscriptions {
  readonly #byKey = new Map<string, Waiting>();
  readonly #failed: Failed;
  #count = 0;

  constructor(failed: Failed = () => {}) {
    this.#failed = failed;
  }

  /** True if the channel had no callback before. */
  add(channel: string, callback: Callback, options: SubscribeOptions = {}): boolean {
    const interest = interestIn(channel, options);
    const known = this.#byKey.get(keyOf(interest));
    const { callbacks } = known ?? this.#begin(interest);
    if (!callbacks.has(callback)) callbacks.set(callback, { order: this.#count++, options });
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

  /** All callbacks in the order in which they were added. */
  entries(): Entry[] {
    const all = [...this.#byKey.values()].flatMap(({ interest: { channel }, callbacks }) =>
      [...callbacks].map(([callback, listening]) => ({ channel, callback, ...listening })),
    );
    return all.sort((a, b) => a.order - b.order);
  }

  /** The position after which the server is to resume, or whether it is to tell positions. */
  recovery(interest: Interest): string | boolean {
    const progress = this.#byKey.get(keyOf(interest))?.progress;
    return progress?.position ?? progress !== undefined;
  }

  /** The server has agreed, and said where it begins. Tells who listens for gaps; returns what came of the wish to resume. */
  started(interest: Interest, start: Start): 'recovered' | Gap | undefined {
    const waiting = this.#byKey.get(keyOf(interest));
    const outcome = waiting?.progress?.start(start);
    if (outcome === 'recovered' || outcome === undefined) return outcome;
    const { channel } = interest;
    const gap: Gap = { channel, reason: outcome };
    this.#each(waiting, channel, (_, { onGap }) => onGap?.(gap));
    return gap;
  }

  /** Calls everyone who was subscribed when the message came and still is, unless they have had it before. */
  deliver({ interests, payload, ...event }: Heard & { type: 'event' }): void {
    const { position, retained } = event;
    for (const interest of interests) {
      const waiting = this.#byKey.get(keyOf(interest));
      if (position !== undefined && waiting?.progress?.takes(position, retained) === false) continue;
      const isExact = interest.match === 'exact';
      const channel = isExact ? interest.channel : (event.channel ?? interest.channel);
      const delivery = {
        channel,
        ...(retained && { retained }),
        ...(position !== undefined && { position, offset: placeOf(position).offset }),
      };
      this.#each(waiting, channel, (callback) => callback(payload, delivery));
    }
  }

  #each(
    waiting: Waiting | undefined,
    channel: string,
    tell: (callback: Callback, options: SubscribeOptions) => void,
  ): void {
    for (const [callback, { options }] of [...(waiting?.callbacks ?? [])]) {
      if (!waiting?.callbacks.has(callback)) continue;
      try {
        tell(callback, options);
      } catch (cause) {
        this.#failed(channel, cause);
      }
    }
  }

  #begin(interest: Interest): Waiting {
    const { match, recover, since } = interest;
    const progress = match === 'exact' && recover !== false ? new Progress(since) : undefined;
    const waiting = { interest, progress, callbacks: new Map<Callback, Listening>() };
    this.#byKey.set(keyOf(interest), waiting);
    return waiting;
  }
}
