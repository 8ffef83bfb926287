import { overLimit, RouterError } from '../../core/errors.js';
import { every } from '../../core/interval.js';
import type { Logger } from '../../core/logger.js';
import { after, type MaybePromise } from '../../core/maybe-promise.js';
import type { Meter } from '../../core/meter.js';
import type { Publication } from '../../core/publication.js';
import type {
  Consumer,
  Consumption,
  DeadLetter,
  DeadReason,
  QueueFigures,
  QueuePolicy,
  Queues,
} from '../../core/queue.js';
import type { QueueStore, StoredMessage } from '../../core/queue-store.js';
import { weight } from '../kept.js';
import { Burials } from './burials.js';
import { HeldMessage } from './held-message.js';
import { type MessageKeeper, MessageQueue } from './message-queue.js';
import { Room, type RoomLimits } from './room.js';

export interface MemoryQueuesParts {
  /** For queues that outlive the process; without it such are refused. */
  readonly store?: QueueStore | undefined;
  /** Messages and octets that all queues hold. */
  readonly limits: RoomLimits;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** Milliseconds between two looks at what has expired. */
const PAUSE = 1000;

/** What the queues that peers make may hold of all that there is room for. */
const GUESTS = 0.25;

/** The policy of what a store held, until its route is asked for. */
const LOADED: QueuePolicy = {
  durable: true,
  size: Number.POSITIVE_INFINITY,
  ttl: undefined,
  attempts: Number.POSITIVE_INFINITY,
  deadLetter: undefined,
  prefetch: 1,
};

/** The queues of one node. What is durable is in a store, too; the rest ends with the process. */
export class MemoryQueues implements Queues, MessageKeeper {
  readonly unanswered = { count: 0 };
  readonly #parts: MemoryQueuesParts;
  readonly #queues = new Map<string, MessageQueue>();
  readonly #burials: Burials;
  readonly #room: Room;
  /** Of it, for the queues that peers make: who fills these leaves room for the others. */
  readonly #guestRoom: Room;
  #bury: (letter: DeadLetter) => MaybePromise<void> = () => undefined;
  /** Messages that expire; while there are any, somebody looks for them. */
  #perishable = 0;
  #stop: (() => void) | undefined;
  #last = 0;

  constructor(parts: MemoryQueuesParts) {
    this.#parts = parts;
    this.#room = new Room(parts.limits);
    this.#guestRoom = new Room(parts.limits, GUESTS);
    this.#burials = new Burials({
      bury: ({ message, queue, reason }) => {
        const { publication, attempts } = message;
        const letter = { publication, policy: queue.policy, reason, attempts };
        return after(this.#bury(letter), () => this.#forget(message, queue));
      },
      failed: ({ queue: { channel } }, error) =>
        parts.logger.error(
          { event: 'dead_letters_not_kept', channel, error },
          'dead letters cannot be kept yet',
        ),
    });
  }

  get figures(): QueueFigures {
    const { size: queues } = this.#queues;
    return { queues, messages: this.#room.messages, unacknowledged: this.unanswered.count };
  }

  start(bury: (letter: DeadLetter) => MaybePromise<void>): MaybePromise<void> {
    this.#bury = bury;
    return after(this.#parts.store?.load() ?? [], (stored) => {
      for (const message of stored) this.#takeUp(message);
    });
  }

  enqueue(publication: Publication, policy: QueuePolicy): MaybePromise<void> {
    const { store } = this.#parts;
    if (policy.durable && store === undefined)
      throw new RouterError('unavailable', 'this server has no store for durable queues');
    const queue = this.#open(publication.channel, policy);
    this.#checkRoom(queue, weight(publication));
    const kept = this.#keepable(publication, policy);
    const isStored = policy.durable && store !== undefined;
    const message = new HeldMessage(++this.#last, kept, { isStored, attempts: 0, redelivered: false });
    this.#count(message, queue, 1);
    if (!isStored) return queue.add(message);
    const refused = (error: unknown) => {
      this.#count(message, queue, -1);
      throw error;
    };
    try {
      const added = store.add({ key: message.key, publication: kept, attempts: 0 });
      return added.then(() => queue.add(message), refused);
    } catch (error) {
      return refused(error);
    }
  }

  consume(channel: string, policy: QueuePolicy, consumer: Consumer): Consumption {
    const queue = this.#open(channel, policy);
    const consumption = queue.consume(consumer);
    return {
      cancel: () => {
        consumption.cancel();
        this.#closeIdle(queue);
      },
    };
  }

  delete(channel: string): MaybePromise<void> {
    const queue = this.#queues.get(channel);
    if (queue === undefined) return undefined;
    const gone = [...queue.drain()].map((message) => this.consumed(message, queue));
    return Promise.all(gone).then(() => undefined);
  }

  async close(): Promise<void> {
    this.#stop?.();
    this.#burials.stop();
    await this.#parts.store?.close();
  }

  clock(): number {
    return (this.#parts.clock ?? Date.now)();
  }

  returned({ key, attempts, isStored }: HeldMessage): void {
    this.#parts.meter.count('signalbox_redeliveries_total');
    if (!isStored) return;
    const failed = (error: unknown) =>
      this.#parts.logger.warn({ event: 'attempt_not_stored', error }, 'an attempt could not be stored');
    this.#parts.store?.attempted(key, attempts).catch(failed);
  }

  consumed(message: HeldMessage, queue: MessageQueue): MaybePromise<void> {
    this.#count(message, queue, -1);
    return message.isStored ? this.#parts.store?.remove(message.key) : undefined;
  }

  failed(error: unknown, { channel }: MessageQueue): void {
    this.#parts.logger.error(
      { event: 'consumer_failed', channel, error },
      'a consumer failed, and gets nothing any more',
    );
  }

  /** What cannot be buried at the moment, as the dead letters have no room, is not forgotten. */
  died(message: HeldMessage, queue: MessageQueue, reason: DeadReason): MaybePromise<void> {
    return this.#burials.add({ message, queue, reason });
  }

  /** It is where dead letters go: what the store keeps of it here must not bury it once more. */
  #forget(message: HeldMessage, queue: MessageQueue): MaybePromise<void> {
    const failed = (error: unknown) =>
      this.#parts.logger.warn(
        { event: 'dead_letter_not_forgotten', channel: queue.channel, error },
        'a dead letter comes again with the next start',
      );
    return this.consumed(message, queue)?.catch(failed);
  }

  #open(channel: string, policy: QueuePolicy): MessageQueue {
    const queue = this.#queues.get(channel) ?? new MessageQueue(channel, policy, this);
    queue.policy = policy;
    this.#queues.set(channel, queue);
    return queue;
  }

  #takeUp({ key, publication, attempts }: StoredMessage): void {
    this.#last = Math.max(this.#last, key);
    const queue = this.#queues.get(publication.channel) ?? this.#open(publication.channel, LOADED);
    // Whether it had been given out when the process ended, nobody knows.
    const message = new HeldMessage(key, publication, { isStored: true, attempts, redelivered: true });
    this.#count(message, queue, 1);
    queue.add(message);
  }

  #checkRoom(queue: MessageQueue, octets: number): void {
    const { size, ofPeers } = queue.policy;
    try {
      if (queue.held >= size)
        throw overLimit('route.queue.size', `the queue holds queue.size of ${size} messages already`);
      this.#room.check(octets);
      if (ofPeers === true) this.#guestRoom.check(octets);
    } catch (error) {
      this.#closeIdle(queue);
      throw error;
    }
  }

  /** In memory of its own, and with the earlier end. */
  #keepable(publication: Publication, { ttl }: QueuePolicy): Publication {
    const { id, channel, payload, time, audience, publisher, headers, expires, trace } = publication;
    const latest = ttl === undefined ? Number.POSITIVE_INFINITY : this.clock() + ttl;
    const end = Math.min(expires ?? Number.POSITIVE_INFINITY, latest);
    const kept = { id, channel, payload: payload.copy(), time, audience, publisher, headers, trace };
    return Number.isFinite(end) ? { ...kept, expires: end } : kept;
  }

  #count(message: HeldMessage, queue: MessageQueue, change: 1 | -1): void {
    this.#room.count(change, message.weight);
    if (queue.policy.ofPeers === true) this.#guestRoom.count(change, message.weight);
    queue.held += change;
    if (Number.isFinite(message.expires)) this.#watch(change);
    this.#closeIdle(queue);
  }

  #watch(change: 1 | -1): void {
    this.#perishable += change;
    if (this.#perishable === 0) {
      this.#stop?.();
      this.#stop = undefined;
    } else {
      const failed = (error: unknown) =>
        this.#parts.logger.error({ event: 'queue_sweep_failed', error }, 'a look at queues failed');
      this.#stop ??= every(PAUSE, () => this.#sweep(), failed);
    }
  }

  #closeIdle(queue: MessageQueue): void {
    if (queue.idle && this.#queues.get(queue.channel) === queue) this.#queues.delete(queue.channel);
  }

  #sweep(): void {
    for (const queue of [...this.#queues.values()]) queue.sweep();
  }
}
