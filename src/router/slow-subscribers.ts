import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import type { FrameCache } from './frame-cache.js';

/** What keeps something from subscribers for a while. */
export interface HoldsBack {
  /** Whether a subscriber is not to be sent something now. It takes the place of what was held for it before. */
  holdsBack(subscriber: Subscriber, frames: FrameCache): boolean;
}

/**
 * The subscribers of one channel that take less than is published there and may miss some of it: who is congested gets
 * nothing until all that waits for it has gone, and then the newest publication alone.
 */
export class SlowSubscribers implements HoldsBack {
  /** Of each the newest, which it has not been sent. */
  readonly #held = new Map<Subscriber, FrameCache>();
  readonly #stats: { conflated: number };
  readonly #begins: (session: Session) => void;

  /** Counts in `stats` what is given up; `begins` is called for a subscriber that takes too little from now on. */
  constructor(stats: { conflated: number }, begins: (session: Session) => void) {
    this.#stats = stats;
    this.#begins = begins;
  }

  holdsBack(subscriber: Subscriber, frames: FrameCache): boolean {
    if (this.#held.has(subscriber)) {
      this.#stats.conflated++;
      this.#held.set(subscriber, frames);
      return true;
    }
    const { connection } = subscriber.session;
    if (connection.isCongested !== true || connection.whenSent === undefined) return false;
    this.#held.set(subscriber, frames);
    connection.whenSent(() => this.#release(subscriber));
    this.#begins(subscriber.session);
    return true;
  }

  /** What is held for a subscriber, which is not sent it then. */
  take(subscriber: Subscriber): FrameCache | undefined {
    const frames = this.#held.get(subscriber);
    this.#held.delete(subscriber);
    return frames;
  }

  /** Sends what is held for anybody at once. */
  flush(): void {
    for (const subscriber of [...this.#held.keys()]) this.#release(subscriber);
  }

  forget(subscriber: Subscriber): void {
    this.#held.delete(subscriber);
  }

  #release(subscriber: Subscriber): void {
    const frames = this.#held.get(subscriber);
    this.#held.delete(subscriber);
    if (frames !== undefined) subscriber.session.connection.send(frames.for(subscriber));
  }
}
