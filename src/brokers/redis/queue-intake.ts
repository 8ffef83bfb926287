import { IdMap } from '../../core/id-map.js';
import type { Logger } from '../../core/logger.js';
import { HeldMessage } from '../queues/held-message.js';
import { type MessageKeeper, MessageQueue, UNKNOWN } from '../queues/message-queue.js';
import { readFrame } from './frame.js';
import type { RedisLink } from './link.js';
import type { QueueCalls, Taken } from './queue-calls.js';
import type { RedisNodes } from './redis-nodes.js';
import type { Untold } from './untold.js';

export interface QueueIntakeParts {
  readonly link: RedisLink;
  readonly nodes: RedisNodes;
  readonly calls: QueueCalls;
  readonly untold: Untold;
  readonly keeper: MessageKeeper;
  readonly logger: Logger;
}

/** Messages that are taken at once. */
export const BATCH = 64;

/** A channel that has consumers here. */
interface Local {
  readonly queue: MessageQueue;
  /** Whether there may be something to take or to give back. */
  isCalled: boolean;
  isServed: boolean;
}

/** What a node has of queues in Redis: as many messages as its consumers take at once, and no more. */
export class QueueIntake {
  readonly #parts: QueueIntakeParts;
  readonly #locals = new Map<string, Local>();
  /** What this node holds. A message that was taken from it and came back is there once, as it came last. */
  readonly #held = new IdMap<HeldMessage>();
  #taking = 0;
  /** Whether Redis may have given out something that has not arrived. */
  #isUnsure = false;
  #isClosed = false;

  constructor(parts: QueueIntakeParts) {
    this.#parts = parts;
  }

  /** Consumers of this node by channel. */
  get consumers(): ReadonlyMap<string, number> {
    return new Map([...this.#locals].map(([channel, { queue }]) => [channel, queue.consumers]));
  }

  get(channel: string): MessageQueue | undefined {
    return this.#locals.get(channel)?.queue;
  }

  /** The queue of a channel, made if there is none. Messages are asked for when `look` is called. */
  open(channel: string): MessageQueue {
    const known = this.#locals.get(channel);
    if (known !== undefined) return known.queue;
    const local: Local = {
      queue: new MessageQueue(channel, UNKNOWN, this.#parts.keeper),
      isCalled: false,
      isServed: false,
    };
    this.#locals.set(channel, local);
    const called = () => this.look(channel);
    // Where it rejects it is subscribed to as soon as Redis is back.
    this.#parts.link.subscribe(this.#parts.calls.callOf(channel), called).then(called, () => undefined);
    return local.queue;
  }

  /** After all that happens in this turn, what nobody here takes goes back, and what is taken is asked for. */
  look(channel: string): void {
    const local = this.#locals.get(channel);
    if (local === undefined || this.#isClosed) return;
    local.isCalled = true;
    if (local.isServed) return;
    local.isServed = true;
    setImmediate(() => void this.#serve(local));
  }

  async #serve(local: Local): Promise<void> {
    const { queue } = local;
    try {
      while (local.isCalled && !this.#isClosed) {
        local.isCalled = false;
        this.#giveBack(queue);
        await this.#fetch(queue);
      }
    } catch (error) {
      this.#parts.logger.debug(
        { event: 'queue_not_read', channel: queue.channel, error },
        'messages not taken',
      );
    }
    local.isServed = false;
    if (!queue.idle || local.isCalled) return;
    this.#locals.delete(queue.channel);
    this.#parts.link.unsubscribe(this.#parts.calls.callOf(queue.channel));
  }

  async #fetch(queue: MessageQueue): Promise<void> {
    const { nodes } = this.#parts;
    for (let most = mostOf(queue); most > 0; most = mostOf(queue)) {
      const { lease } = nodes;
      const taken = await this.taken(() => this.#parts.calls.take(queue.channel, lease, most));
      for (const one of taken) this.#give(one, queue, lease);
      this.#giveBack(queue);
      if (taken.length < most) return;
    }
  }

  /** While something is on its way nobody says that it has not arrived. */
  async taken(take: () => Promise<readonly Taken[]>): Promise<readonly Taken[]> {
    this.#taking++;
    try {
      return await take();
    } catch (error) {
      this.#isUnsure = true;
      throw error;
    } finally {
      this.#taking--;
    }
  }

  #give(taken: Taken, queue: MessageQueue, lease: string): void {
    const message = this.hold(taken, queue, lease);
    if (message === undefined) return;
    // Its consumers have died of it, perhaps.
    if (message.attempts >= queue.policy.attempts) void this.#parts.keeper.died(message, queue, 'attempts');
    else queue.add(message);
  }

  /** Undefined for what cannot be read, which is forgotten. */
  hold({ number, attempts, frame }: Taken, queue: MessageQueue, lease: string): HeldMessage | undefined {
    const { channel } = queue;
    const publication = readFrame(frame, channel);
    if (publication === undefined) {
      this.#parts.logger.error(
        { event: 'queue_message_unreadable', channel, number },
        'a message in Redis cannot be read',
      );
      this.#parts.untold.tell(() => this.#parts.calls.done(channel, lease, number)).catch(() => undefined);
      return undefined;
    }
    queue.held++;
    const keeping = { isStored: true, attempts, redelivered: attempts > 0, lease };
    const message = new HeldMessage(number, publication, keeping);
    this.#held.set(number, message);
    return message;
  }

  /** What waits here has nobody who takes it. */
  #giveBack(queue: MessageQueue): void {
    if (queue.appetite > 0) return;
    for (const message of queue.drain()) {
      this.letGo(message, queue);
      const { key, attempts, lease } = message;
      this.#parts.untold
        .tell(() => this.#parts.calls.giveBack(queue.channel, lease, key, attempts))
        .catch(() => undefined);
    }
  }

  /** It is not in the hands of this node any more. */
  letGo(message: HeldMessage, queue: MessageQueue): void {
    queue.held--;
    if (this.#held.get(message.key) === message) this.#held.delete(message.key);
  }

  /** Calls to look may have been missed. */
  lookAll(): void {
    for (const channel of this.#locals.keys()) this.look(channel);
  }

  /** Buries what has expired in the hands of this node. */
  sweep(): void {
    for (const { queue } of [...this.#locals.values()]) queue.sweep();
  }

  /** A message that was given out with an answer that did not come would be held until this node ends. */
  async makeSure(): Promise<void> {
    if (!this.#isUnsure || this.#taking > 0 || this.#parts.untold.size > 0) return;
    this.#isUnsure = false;
    const { lease } = this.#parts.nodes;
    try {
      for (const [number, channel] of await this.#parts.calls.held(lease))
        if (this.#held.get(number) === undefined) await this.#parts.calls.giveBack(channel, lease, number);
    } catch {
      this.#isUnsure = true;
    }
  }

  close(): void {
    this.#isClosed = true;
    const { link, calls } = this.#parts;
    for (const channel of this.#locals.keys()) link.unsubscribe(calls.callOf(channel));
  }
}

function mostOf(queue: MessageQueue): number {
  return Math.min(queue.appetite, BATCH);
}
