import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Consumer, QueueDelivery } from '../../core/queue.js';
import { type HeldMessage, MessageList } from './held-message.js';

/** What a place tells its queue. */
export interface PlaceOwner {
  /** Whether the place takes a message has changed. */
  changed(place: Place): void;
  acknowledged(message: HeldMessage): MaybePromise<void>;
  rejected(message: HeldMessage, requeue: boolean): MaybePromise<void>;
  /** The consumer threw this at what it was given. */
  failed(error: unknown): void;
}

/** A consumer at a queue, and what it has not answered. */
export class Place {
  /** For the ring of places that take a message. */
  next: Place | undefined;
  previous: Place | undefined;
  isFree = false;
  readonly #owner: PlaceOwner;
  readonly #consumer: Consumer;
  readonly #open = new MessageList();
  /** What the consumer is looking at, while it has neither taken nor answered it. */
  #offered: HeldMessage | undefined;
  /** Messages that it takes still. */
  #credit: number;
  #left = false;

  constructor(consumer: Consumer, credit: number, owner: PlaceOwner) {
    this.#consumer = consumer;
    this.#credit = credit;
    this.#owner = owner;
  }

  /** Whether it has not been given up. */
  get isAt(): boolean {
    return !this.#left;
  }

  /** Messages that it takes still. */
  get credit(): number {
    return this.#left ? 0 : this.#credit;
  }

  get takes(): boolean {
    return this.#credit > 0 && !this.#left;
  }

  /** False where the consumer takes none any more. Its answer may come before this returns, and so may its end. */
  give(message: HeldMessage): boolean {
    this.#credit--;
    this.#offered = message;
    const delivery = new Delivery(this, message);
    const isTaken = this.#offer(delivery);
    if (this.#offered === undefined) return true;
    this.#offered = undefined;
    if (isTaken) {
      this.#hold(message);
      return true;
    }
    delivery.close();
    this.#credit = 0;
    return false;
  }

  /** Takes no more. Returns what was not answered, the oldest first. */
  leave(): readonly HeldMessage[] {
    this.#left = true;
    return [...this.#open.drain()];
  }

  /** For a delivery: undefined where the place has been given up, and the message with it. */
  acknowledge(message: HeldMessage): MaybePromise<void> {
    if (this.#left) return undefined;
    this.#release(message);
    const done = this.#owner.acknowledged(message);
    this.#relieve();
    return done;
  }

  reject(message: HeldMessage, requeue: boolean): MaybePromise<void> {
    if (this.#left) return undefined;
    this.#release(message);
    // Back in its place before this one takes the next.
    const done = this.#owner.rejected(message, requeue);
    this.#relieve();
    return done;
  }

  /** One that fails takes none any more: it would fail at the next one, too. */
  #offer(delivery: Delivery): boolean {
    try {
      return this.#consumer.take(delivery);
    } catch (error) {
      this.#owner.failed(error);
      return false;
    }
  }

  /** The consumer may have gone while it took the message. */
  #hold(message: HeldMessage): void {
    if (this.#left) void this.#owner.rejected(message, true);
    else this.#open.add(message);
  }

  #release(message: HeldMessage): void {
    if (this.#offered === message) this.#offered = undefined;
    else this.#open.remove(message);
  }

  #relieve(): void {
    this.#credit++;
    this.#owner.changed(this);
  }
}

class Delivery implements QueueDelivery {
  readonly attempt: number;
  readonly redelivered: boolean;
  readonly #place: Place;
  readonly #message: HeldMessage;
  #open = true;

  constructor(place: Place, message: HeldMessage) {
    this.#place = place;
    this.#message = message;
    this.attempt = message.attempts;
    this.redelivered = message.redelivered;
  }

  get publication(): HeldMessage['publication'] {
    return this.#message.publication;
  }

  acknowledge(): MaybePromise<void> {
    if (this.close()) return this.#place.acknowledge(this.#message);
  }

  reject(requeue: boolean): MaybePromise<void> {
    if (this.close()) return this.#place.reject(this.#message, requeue);
  }

  /** True for the first answer. */
  close(): boolean {
    const wasOpen = this.#open;
    this.#open = false;
    return wasOpen;
  }
}

/** Places that take a message, in turn. */
export class Ring {
  #first: Place | undefined;
  #last: Place | undefined;

  get first(): Place | undefined {
    return this.#first;
  }

  /** At the end; one that is in it already keeps its turn. */
  add(place: Place): void {
    if (place.isFree) return;
    place.isFree = true;
    place.previous = this.#last;
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
  }

  remove(place: Place): void {
    if (!place.isFree) return;
    const { previous, next } = place;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    place.isFree = false;
    place.next = undefined;
    place.previous = undefined;
  }
}
