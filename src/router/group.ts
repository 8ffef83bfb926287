import type { Admits } from '../core/audience.js';
import type { Match } from '../core/match.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Publication } from '../core/publication.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import type { SubscriptionGroup } from '../core/topic.js';
import type { Awaiting } from './awaiting.js';
import type { FanOuts, Receivers, Slices } from './fan-outs.js';
import { FrameCache } from './frame-cache.js';
import type { Groups } from './groups.js';
import type { HoldsBack } from './slow-subscribers.js';

/** Shared by groups without subscribers, so that a publish to nobody builds no set. */
const NONE: ReadonlySet<Subscriber> = new Set();

/** What groups need for the fan-out. */
export interface FanOutContext {
  readonly groups: Groups;
  readonly fanOuts: FanOuts;
}

/**
 * Who is subscribed to one channel or pattern, and the fan-out to them.
 *
 * It lives while somebody is subscribed or a decision about it is held open, so that neither a refusal nor a
 * publish to nobody leaves anything behind.
 */
export abstract class Group implements SubscriptionGroup, Receivers {
  abstract readonly match: Match;
  id = 0;
  created = 0;
  readonly #groups: Groups;
  readonly #fanOuts: FanOuts;
  #subscribers: Set<Subscriber> | undefined;
  /** Those who joined while fan-outs were under way, and the number of the last one that is not for them. */
  #late: Map<Subscriber, number> | undefined;
  #holds = 0;
  #attached: MaybePromise<void> | undefined;
  #isAttached = false;
  /** Those whose handler is asked again; undefined where there are none. */
  protected awaiting: Awaiting | undefined;

  constructor({ groups, fanOuts }: FanOutContext) {
    this.#groups = groups;
    this.#fanOuts = fanOuts;
  }

  abstract get channel(): string;

  get size(): number {
    return this.#subscribers?.size ?? 0;
  }

  get subscribers(): ReadonlySet<Subscriber> {
    return this.#subscribers ?? NONE;
  }

  get idle(): boolean {
    return this.#holds === 0 && this.size === 0;
  }

  *[Symbol.iterator](): Iterator<Session> {
    const seen = new Set<Session>();
    for (const { session } of this.subscribers) {
      if (seen.has(session)) continue;
      seen.add(session);
      yield session;
    }
  }

  /**
   * Encode once per wire key, then hand the same frame to every connection, or to those that `admits` names. Returns how
   * many received it.
   */
  deliver(publication: Publication, admits: Admits | undefined): number {
    if (this.#subscribers === undefined || this.#subscribers.size === 0) return 0;
    const frames = new FrameCache(publication, this);
    const slow = this.slowOn(publication.channel);
    if (admits === undefined && slow === undefined && this.awaiting === undefined) {
      for (const subscriber of this.#subscribers) subscriber.session.connection.send(frames.for(subscriber));
      return this.#subscribers.size;
    }
    let count = 0;
    for (const subscriber of this.#subscribers) {
      if (admits?.(subscriber.session) === false) continue;
      this.send(subscriber, frames, slow);
      count++;
    }
    return count;
  }

  /** The same in slices, to those who were subscribed when it was called, as far as they still are. */
  *deliverInSlices(
    publication: Publication,
    admits: Admits | undefined,
    { number, slice }: Slices,
  ): Generator<undefined, number> {
    const frames = new FrameCache(publication, this);
    const slow = this.slowOn(publication.channel);
    let count = 0;
    for (const subscriber of this.subscribers) {
      if (!this.#isLateFor(subscriber, number) && admits?.(subscriber.session) !== false) {
        this.send(subscriber, frames, slow);
        count++;
      }
      if (slice.isOver()) yield;
    }
    return count;
  }

  /** Those of the subscribers that take less than is published, where they may miss some of what is on a channel. */
  protected slowOn(_channel: string): HoldsBack | undefined {
    return undefined;
  }

  /** Sends what is meant for a subscriber, unless it may not have it yet or takes less. */
  protected send(subscriber: Subscriber, frames: FrameCache, slow: HoldsBack | undefined): void {
    if (this.awaiting?.holdsBack(subscriber, frames) === true) return;
    if (slow?.holdsBack(subscriber, frames) !== true)
      subscriber.session.connection.send(frames.for(subscriber));
  }

  #isLateFor(subscriber: Subscriber, number: number): boolean {
    return (this.#late?.get(subscriber) ?? 0) >= number;
  }

  /** Keeps the group alive during a decision; `release` ends it. */
  hold(): this {
    this.#holds++;
    return this;
  }

  release(): void {
    this.#holds--;
  }

  /** Asks the broker for the group's publications, once however many peers arrive together. */
  attach(): MaybePromise<void> {
    if (this.#isAttached) return undefined;
    this.#attached ??= this.#attach();
    return this.#attached;
  }

  #attach(): MaybePromise<void> {
    const done = this.demand();
    if (isPromise(done)) {
      return done.then(() => void (this.#isAttached = true)).finally(() => (this.#attached = undefined));
    }
    this.#isAttached = true;
    return undefined;
  }

  /** Asks the broker anew where it was asked: what the group is about has changed. */
  attachAgain(): MaybePromise<void> {
    if (!this.#isAttached) return undefined;
    this.#isAttached = false;
    return this.attach();
  }

  /** Ends what the group began; nobody is subscribed any more. */
  detach(): MaybePromise<void> {
    if (!this.#isAttached) return undefined;
    this.#isAttached = false;
    return this.renounce();
  }

  /** True for the first. */
  add(subscriber: Subscriber): boolean {
    this.#subscribers ??= new Set();
    this.#subscribers.add(subscriber);
    this.#noteLate(subscriber);
    if (this.#subscribers.size > 1) return false;
    this.id = this.#groups.open(this);
    this.created = Date.now();
    return true;
  }

  /** False when it was not subscribed. */
  remove(subscriber: Subscriber): boolean {
    if (this.#subscribers?.delete(subscriber) !== true) return false;
    this.#late?.delete(subscriber);
    if (this.#subscribers.size === 0) this.#groups.close(this);
    return true;
  }

  #noteLate(subscriber: Subscriber): void {
    const { underWay } = this.#fanOuts;
    if (underWay === undefined) {
      this.#late = undefined;
      return;
    }
    this.#late ??= new Map();
    this.#late.set(subscriber, underWay);
  }

  /** A subscriber that has joined has been told so: what it gets from now on is what it subscribed to. */
  begin(_subscriber: Subscriber): void {}

  /** Asks the broker for what the group is about. */
  protected abstract demand(): MaybePromise<void>;
  protected abstract renounce(): MaybePromise<void>;
}
