import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Consumer, Consumption, DeadReason, HeldQueue, QueuePolicy } from '../../core/queue.js';
import { type HeldMessage, MessageList } from './held-message.js';
import { Place, type PlaceOwner, Ring } from './place.js';

/** Keeps the messages of queues, and counts them. */
export interface MessageKeeper {
  /** A message has been given out, or has come back or gone. */
  readonly unanswered: { count: number };
  /** It waits again after it was given out. */
  returned(message: HeldMessage): void;
  /** Is consumed. Resolves when it is forgotten for good. */
  consumed(message: HeldMessage, queue: MessageQueue): MaybePromise<void>;
  /** Nobody will consume it. Resolves when it has been buried. */
  died(message: HeldMessage, queue: MessageQueue, reason: DeadReason): MaybePromise<void>;
  /** A consumer threw this at a message. */
  failed(error: unknown, queue: MessageQueue): void;
  /** Milliseconds since 1970. */
  clock(): number;
}

/** The policy of a queue until its route is asked for. */
export const UNKNOWN: QueuePolicy = {
  durable: true,
  size: Number.POSITIVE_INFINITY,
  ttl: undefined,
  attempts: Number.POSITIVE_INFINITY,
  deadLetter: undefined,
  prefetch: 1,
};

/** One channel: what waits, and who takes it in turn. */
export class MessageQueue implements PlaceOwner {
  readonly channel: string;
  /** That of the route as it is now. */
  policy: QueuePolicy;
  /** Messages held: those that wait, those given out, and those on their way in or out. */
  held = 0;
  readonly #keeper: MessageKeeper;
  readonly #waiting = new MessageList();
  readonly #free = new Ring();
  #places = 0;
  #unanswered = 0;
  #serving = false;

  constructor(channel: string, policy: QueuePolicy, keeper: MessageKeeper) {
    this.channel = channel;
    this.policy = policy;
    this.#keeper = keeper;
  }

  /** Whether nothing would be lost with it. */
  get idle(): boolean {
    return this.held === 0 && this.#places === 0;
  }

  get consumers(): number {
    return this.#places;
  }

  get state(): HeldQueue {
    const { channel, held: messages } = this;
    return { channel, messages, unacknowledged: this.#unanswered, consumers: this.#places };
  }

  /** Messages more that its consumers would take now. */
  get appetite(): number {
    let sum = 0;
    for (let place = this.#free.first; place !== undefined; place = place.next) sum += place.credit;
    return sum;
  }

  /** The message waits from now on. */
  add(message: HeldMessage): void {
    this.#waiting.add(message);
    this.#serve();
  }

  consume(consumer: Consumer): Consumption {
    const place = new Place(consumer, consumer.prefetch ?? this.policy.prefetch, this);
    this.#places++;
    this.changed(place);
    return { cancel: () => this.#cancel(place) };
  }

  /** Buries what has waited too long. All of it is taken out first: consumers may come and go at each burial. */
  sweep(): void {
    const now = this.#keeper.clock();
    const expired: HeldMessage[] = [];
    for (let message = this.#waiting.oldest; message !== undefined; message = message.newer)
      if (message.expires <= now) expired.push(message);
    for (const message of expired) this.#waiting.remove(message);
    for (const message of expired) void this.#keeper.died(message, this, 'expired');
  }

  /** Takes out all that waits. */
  drain(): Iterable<HeldMessage> {
    return this.#waiting.drain();
  }

  /** For a place. */
  changed(place: Place): void {
    if (!place.takes) {
      this.#free.remove(place);
      return;
    }
    this.#free.add(place);
    this.#serve();
  }

  /** For a place. */
  acknowledged(message: HeldMessage): MaybePromise<void> {
    this.#count(-1);
    return this.#keeper.consumed(message, this);
  }

  /** For a place. */
  rejected(message: HeldMessage, requeue: boolean): MaybePromise<void> {
    this.#count(-1);
    if (!requeue) return this.#keeper.died(message, this, 'rejected');
    if (message.attempts >= this.policy.attempts) return this.#keeper.died(message, this, 'attempts');
    message.redelivered = true;
    this.#keeper.returned(message);
    this.add(message);
  }

  /** For a place. */
  failed(error: unknown): void {
    this.#keeper.failed(error, this);
  }

  /** What had been given out to it comes back before anybody else gets any of it. */
  #cancel(place: Place): void {
    if (!place.isAt) return;
    const serving = this.#serving;
    this.#serving = true;
    this.#places--;
    const open = place.leave();
    this.#free.remove(place);
    for (const message of open) void this.rejected(message, true);
    this.#serving = serving;
    this.#serve();
  }

  /** Gives out what waits while somebody takes it; they may answer, come and go meanwhile. */
  #serve(): void {
    if (this.#serving) return;
    this.#serving = true;
    for (;;) {
      const place = this.#free.first;
      const message = place && this.#next();
      if (place === undefined || message === undefined) break;
      this.#give(message, place);
    }
    this.#serving = false;
  }

  #next(): HeldMessage | undefined {
    const now = this.#keeper.clock();
    let message = this.#waiting.oldest;
    for (; message !== undefined && message.expires <= now; message = this.#waiting.oldest) {
      this.#waiting.remove(message);
      void this.#keeper.died(message, this, 'expired');
    }
    return message;
  }

  #give(message: HeldMessage, place: Place): void {
    this.#waiting.remove(message);
    this.#free.remove(place);
    message.attempts++;
    this.#count(1);
    if (!place.give(message)) {
      message.attempts--;
      this.#count(-1);
      this.#waiting.add(message);
    } else if (place.takes) this.#free.add(place);
  }

  #count(given: 1 | -1): void {
    this.#unanswered += given;
    this.#keeper.unanswered.count += given;
  }
}
