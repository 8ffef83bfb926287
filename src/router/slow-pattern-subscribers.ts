import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import type { FrameCache } from './frame-cache.js';
import type { MatchedChannels } from './matched-channels.js';
import type { HoldsBack } from './slow-subscribers.js';

export interface SlowPatternSubscribersParts {
  readonly channels: MatchedChannels;
  /** Where it is counted what is given up. */
  readonly stats: { conflated: number };
  /** Called for a subscriber that takes too little from now on, and a channel that it misses something of. */
  begins(session: Session, channel: string): void;
}

/** Channels of which the newest is kept for one subscriber. Of any more it is sent all. */
const MOST_CHANNELS = 1000;

/** Of each channel the newest, which the subscriber has not been sent, the channels in the order in which they were held. */
type Held = Map<string, FrameCache>;

/**
 * The subscribers of one pattern that take less than its channels bring: who is congested gets nothing of those of which it may
 * miss some until all that waits for it has gone, and then the newest of each, as fast as it takes them.
 */
export class SlowPatternSubscribers implements HoldsBack {
  readonly #parts: SlowPatternSubscribersParts;
  readonly #held = new Map<Subscriber, Held>();

  constructor(parts: SlowPatternSubscribersParts) {
    this.#parts = parts;
  }

  holdsBack(subscriber: Subscriber, frames: FrameCache): boolean {
    const held = this.#held.get(subscriber);
    if (held === undefined) return this.#begins(subscriber, frames);
    const { channel } = frames;
    if (held.has(channel)) this.#parts.stats.conflated++;
    else if (held.size >= MOST_CHANNELS) return false;
    held.set(channel, frames);
    return true;
  }

  /** Sends what is held of a channel, of which nobody may miss anything any more. */
  flush(channel: string): void {
    for (const [subscriber, held] of this.#held) {
      const frames = held.get(channel);
      held.delete(channel);
      if (frames !== undefined) this.#send(subscriber, frames);
    }
  }

  forget(subscriber: Subscriber): void {
    this.#held.delete(subscriber);
  }

  #begins(subscriber: Subscriber, frames: FrameCache): boolean {
    const { connection } = subscriber.session;
    if (connection.isCongested !== true || connection.whenSent === undefined) return false;
    const held: Held = new Map([[frames.channel, frames]]);
    this.#held.set(subscriber, held);
    this.#parts.begins(subscriber.session, frames.channel);
    connection.whenSent(() => this.#release(subscriber, held));
    return true;
  }

  /** Until the subscriber is congested again. */
  #release(subscriber: Subscriber, held: Held): void {
    if (this.#held.get(subscriber) !== held) return;
    const { connection } = subscriber.session;
    for (const [channel, frames] of held) {
      held.delete(channel);
      this.#send(subscriber, frames);
      if (connection.isCongested !== true) continue;
      connection.whenSent?.(() => this.#release(subscriber, held));
      return;
    }
    this.#held.delete(subscriber);
  }

  /** It may have lost the right meanwhile. */
  #send(subscriber: Subscriber, frames: FrameCache): void {
    const { session } = subscriber;
    if (this.#parts.channels.allows(session, frames.channel)) session.connection.send(frames.for(subscriber));
  }
}
