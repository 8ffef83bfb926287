import { overLimit } from '../../core/errors.js';
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
import { Burials } from '../queues/burials.js';
import type { HeldMessage } from '../queues/held-message.js';
import { type MessageKeeper, MessageQueue } from '../queues/message-queue.js';
import type { RoomLimits } from '../queues/room.js';
import { writeFrame } from './frame.js';
import type { RedisLink } from './link.js';
import { QueueCalls } from './queue-calls.js';
import { BATCH, QueueIntake, UNKNOWN } from './queue-intake.js';
import type { LeaseHolder, RedisNodes } from './redis-nodes.js';
import { Untold } from './untold.js';

export interface RedisQueuesParts {
  readonly link: RedisLink;
  readonly nodes: RedisNodes;
  /** Messages and octets that all queues hold, on all nodes together. */
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

/** What a refusal names, and says. */
const FULL: Readonly<Record<string, readonly [limit: string, reason: string]>> = {
  queue: ['route.queue.size', 'the queue holds as many messages as queue.size says already'],
  messages: ['limits.queue_messages', 'limits.queue_messages is reached'],
  octets: ['limits.queue_size', 'limits.queue_size is reached'],
  peers: ['limits.queue_messages', 'the queues that peers make hold a quarter of what queues may hold'],
};

/**
 * Queues that all nodes on one Redis share. A node takes no more messages than its consumers take at once, and holds them under its
 * lease: when it dies, they wait again, in their old places.
 */
export class RedisQueues implements Queues, MessageKeeper, LeaseHolder {
  readonly unanswered = { count: 0 };
  readonly #parts: RedisQueuesParts;
  readonly #calls: QueueCalls;
  readonly #untold = new Untold();
  readonly #intake: QueueIntake;
  readonly #burials: Burials;
  #bury: (letter: DeadLetter) => MaybePromise<void> = () => undefined;
  #stop: (() => void) | undefined;
  #isClosed = false;

  constructor(parts: RedisQueuesParts) {
    const { link, nodes, logger } = parts;
    this.#parts = parts;
    this.#calls = new QueueCalls(link);
    const shared = { link, nodes, logger, calls: this.#calls, untold: this.#untold };
    this.#intake = new QueueIntake({ ...shared, keeper: this });
    this.#burials = new Burials({
      bury: ({ message, queue, reason }) => {
        const { publication, attempts } = message;
        const letter = { publication, policy: queue.policy, reason, attempts };
        return after(this.#bury(letter), () => this.#forget(message, queue));
      },
      failed: ({ queue: { channel } }, error) =>
        logger.error({ event: 'dead_letters_not_kept', channel, error }, 'dead letters cannot be kept yet'),
    });
    link.watch({ restored: () => this.beaten() });
    nodes.add(this);
  }

  /** Of all nodes together, as they were when Redis answered last. */
  get figures(): QueueFigures {
    return this.#calls.figures;
  }

  start(bury: (letter: DeadLetter) => MaybePromise<void>): void {
    this.#bury = bury;
    const failed = (error: unknown) =>
      this.#parts.logger.debug({ event: 'queue_not_read', error }, 'a look at queues failed');
    this.#stop = every(PAUSE, () => this.#sweep(), failed);
  }

  /** Throws `unavailable`; it may be held all the same then. */
  async enqueue(publication: Publication, policy: QueuePolicy): Promise<void> {
    const { limits } = this.#parts;
    const latest = policy.ttl === undefined ? Number.POSITIVE_INFINITY : this.clock() + policy.ttl;
    const end = Math.min(publication.expires ?? Number.POSITIVE_INFINITY, latest);
    const expires = Number.isFinite(end) ? end : undefined;
    // Its members may be those of a class.
    const { id, channel, payload, time, audience, publisher, headers, trace } = publication;
    const frame = writeFrame({ id, channel, payload, time, audience, publisher, headers, expires, trace });
    const full = await this.#calls.enqueue({ channel, expires }, frame, { policy, limits, part: GUESTS });
    const [limit, reason] = FULL[full ?? ''] ?? [];
    if (limit !== undefined) throw overLimit(limit, reason ?? limit);
  }

  consume(channel: string, policy: QueuePolicy, consumer: Consumer): Consumption {
    const queue = this.#intake.open(channel);
    queue.policy = policy;
    const consumption = queue.consume(consumer);
    this.#intake.look(channel);
    return {
      cancel: () => {
        consumption.cancel();
        this.#intake.look(channel);
      },
    };
  }

  async delete(channel: string): Promise<void> {
    const queue = this.#intake.get(channel);
    if (queue !== undefined) for (const message of queue.drain()) this.#intake.letGo(message, queue);
    await this.#calls.delete(channel);
  }

  /** What is not answered waits again, for the other nodes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop?.();
    this.#burials.stop();
    this.#intake.close();
    await this.#untold.tellAll();
    await this.#calls.bury(this.#parts.nodes.lease).catch(() => undefined);
  }

  clock(): number {
    return (this.#parts.clock ?? Date.now)();
  }

  returned({ publication: { channel } }: HeldMessage): void {
    this.#intake.look(channel);
    this.#parts.meter.count('signalbox_redeliveries_total');
  }

  consumed(message: HeldMessage, queue: MessageQueue): Promise<void> {
    this.#intake.letGo(message, queue);
    this.#intake.look(queue.channel);
    return this.#untold.tell(() => this.#calls.done(queue.channel, message.lease, message.key));
  }

  died(message: HeldMessage, queue: MessageQueue, reason: DeadReason): MaybePromise<void> {
    this.#intake.look(queue.channel);
    return this.#burials.add({ message, queue, reason });
  }

  failed(error: unknown, { channel }: MessageQueue): void {
    this.#parts.logger.error(
      { event: 'consumer_failed', channel, error },
      'a consumer failed, and gets nothing any more',
    );
  }

  /** Others have what this node held; its answers about that count no more. */
  renewed(): void {}

  bury(lease: string): Promise<void> {
    return this.#calls.bury(lease);
  }

  /** Calls may have been missed, and words to Redis not have arrived. */
  beaten(): void {
    if (this.#isClosed) return;
    void this.#untold.tellAll().then(() => this.#intake.makeSure());
    this.#intake.lookAll();
  }

  /** It is where dead letters go: that it could not be said yet is no reason to bury it once more. */
  #forget(message: HeldMessage, queue: MessageQueue): Promise<void> {
    return this.consumed(message, queue).catch(() => undefined);
  }

  async #sweep(): Promise<void> {
    const { lease } = this.#parts.nodes;
    this.#intake.sweep();
    const expired = await this.#intake.taken(() => this.#calls.expire(lease, this.clock(), BATCH));
    for (const taken of expired) {
      const queue = new MessageQueue(taken.channel, policyIn(taken.policy), this);
      const message = this.#intake.hold(taken, queue, lease);
      if (message !== undefined) void this.died(message, queue, 'expired');
    }
  }
}

/** Infinity is not there in JSON. */
function policyIn(text = ''): QueuePolicy {
  try {
    const { attempts, size, ...policy } = JSON.parse(text);
    return { ...UNKNOWN, ...policy, attempts: attempts ?? UNKNOWN.attempts, size: size ?? UNKNOWN.size };
  } catch {
    return UNKNOWN;
  }
}
