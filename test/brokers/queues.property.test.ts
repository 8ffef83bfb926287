import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryQueues } from '../../src/brokers/index.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { Payload } from '../../src/core/payload.js';
import type { Consumption, QueueDelivery } from '../../src/core/queue.js';
import { queuePolicy } from '../contracts/queues.js';
import { FakeQueueStore } from './fake-queue-store.js';

const CHANNELS = ['a', 'b'] as const;
const ATTEMPTS = 4;
const POLICY = queuePolicy({ durable: true, attempts: ATTEMPTS, deadLetter: 'dead', size: 50 });

interface Held {
  readonly number: number;
  readonly channel: string;
  readonly expires: number;
}

interface Given {
  readonly number: number;
  readonly delivery: QueueDelivery;
}

interface Taker {
  readonly channel: string;
  readonly prefetch: number;
  readonly open: Given[];
  place: Consumption | undefined;
}

/** Queues, and what they should hold by all that they were asked. */
class World {
  readonly store = new FakeQueueStore();
  readonly faults: string[] = [];
  now = 0;
  #queues = this.#open();
  #last = 0;
  /** Accepted, and neither acknowledged nor buried. */
  #held = new Map<number, Held>();
  #takers: Taker[] = [];

  async enqueue(channel: string, wait: number | undefined, isFull: boolean): Promise<void> {
    const number = ++this.#last;
    const expires = wait === undefined ? Number.POSITIVE_INFINITY : this.now + wait;
    const ends = wait === undefined ? {} : { expires };
    const body = {
      id: String(number),
      channel,
      payload: Payload.of(number),
      time: 0,
      audience: undefined,
      ...ends,
    };
    this.store.full = isFull;
    // It may be given out before the promise is settled.
    if (!isFull) this.#held.set(number, { number, channel, expires });
    const refused = await Promise.resolve(this.#queues.enqueue(body, POLICY)).then(
      () => false,
      () => true,
    );
    if (refused !== isFull) this.faults.push(`${number} was ${refused ? 'refused' : 'taken'}`);
  }

  consume(channel: string, prefetch: number): void {
    const taker: Taker = { channel, prefetch, open: [], place: undefined };
    this.#takers.push(taker);
    taker.place = this.#queues.consume(channel, POLICY, {
      prefetch,
      take: (delivery) => this.#take(taker, delivery),
    });
  }

  async answer(which: number, how: 'acknowledge' | 'requeue' | 'drop'): Promise<void> {
    const all = this.#takers.flatMap((taker) => taker.open.map((given) => ({ taker, given })));
    const chosen = all[which % Math.max(all.length, 1)];
    if (chosen === undefined) return;
    const { taker, given } = chosen;
    taker.open.splice(taker.open.indexOf(given), 1);
    if (how === 'acknowledge') {
      this.#held.delete(given.number);
      await given.delivery.acknowledge();
    } else await given.delivery.reject(how === 'requeue');
  }

  cancel(which: number): void {
    const [taker] = this.#takers.splice(which % Math.max(this.#takers.length, 1), 1);
    taker?.open.splice(0);
    taker?.place?.cancel();
  }

  async restart(): Promise<void> {
    await turn();
    this.#takers = [];
    await this.#queues.close();
    this.#queues = this.#open();
    await this.#start();
  }

  /** What is wrong now, when nothing moves any more. */
  check(): readonly string[] {
    const open = this.#takers.flatMap((taker) => taker.open);
    const { messages, unacknowledged } = this.#queues.figures;
    if (messages !== this.#held.size) this.faults.push(`holds ${messages} of ${this.#held.size}`);
    if (unacknowledged !== open.length) this.faults.push(`${unacknowledged} of ${open.length} are out`);
    if (this.store.kept.size !== this.#held.size) this.faults.push(`${this.store.kept.size} stored`);
    for (const taker of this.#takers)
      if (taker.open.length < taker.prefetch && this.#waiting(taker.channel).length > 0)
        this.faults.push(`${taker.channel} waits though somebody is free`);
    return this.faults;
  }

  /** Everything that is left comes, in order. */
  async drain(): Promise<void> {
    while (this.#takers.length > 0) this.cancel(0);
    await turn();
    for (const channel of CHANNELS) this.consume(channel, 1000);
    await turn();
  }

  async start(): Promise<void> {
    await this.#start();
  }

  async #start(): Promise<void> {
    await this.#queues.start(({ publication, reason, attempts }) => {
      const number = Number(publication.id);
      const held = this.#held.get(number);
      this.#held.delete(number);
      if (held === undefined) this.faults.push(`${number} is buried twice`);
      else if (reason === 'expired' && held.expires > this.now) this.faults.push(`${number} is buried alive`);
      else if (reason === 'attempts' && attempts < ATTEMPTS) this.faults.push(`${number} is given up early`);
    });
  }

  #open(): MemoryQueues {
    const limits = { queueMessages: 1000, queueSize: 2 ** 20 };
    const parts = { store: this.store, limits, logger: NULL_LOGGER, meter: NULL_METER };
    return new MemoryQueues({ ...parts, clock: () => this.now });
  }

  #take(taker: Taker, delivery: QueueDelivery): boolean {
    const number = Number(delivery.publication.id);
    const oldest = this.#waiting(taker.channel)[0]?.number;
    if (number !== oldest) this.faults.push(`${number} is given out, and the oldest is ${oldest}`);
    if (taker.open.length >= taker.prefetch) this.faults.push(`${number} is one too many`);
    if (delivery.attempt > 1 && !delivery.redelivered) this.faults.push(`${number} is not marked`);
    taker.open.push({ number, delivery });
    return true;
  }

  /** Held, in nobody's hands, and not expired; by age. */
  #waiting(channel: string): readonly Held[] {
    const open = new Set(this.#takers.flatMap((taker) => taker.open.map(({ number }) => number)));
    return [...this.#held.values()].filter(
      (held) => held.channel === channel && held.expires > this.now && !open.has(held.number),
    );
  }
}

type Step = (world: World) => void | Promise<void>;

const channel = fc.constantFrom(...CHANNELS);
const index = fc.nat(20);
const ANSWERS = ['acknowledge', 'requeue', 'requeue', 'requeue', 'drop'] as const;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        channel,
        fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
        fc.boolean(),
        fc.boolean(),
      )
      .map(
        ([name, wait, isA, isFull]): Step =>
          (world) =>
            world.enqueue(name, wait, isA && isFull),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(channel, fc.integer({ min: 1, max: 3 })).map(
      ([name, prefetch]): Step =>
        (world) =>
          world.consume(name, prefetch),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(index, fc.constantFrom(...ANSWERS)).map(
      ([which, how]): Step =>
        (world) =>
          world.answer(which, how),
    ),
  },
  {
    weight: 2,
    arbitrary: index.map(
      (which): Step =>
        (world) =>
          world.cancel(which),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 30 }).map(
      (time): Step =>
        (world) =>
          void (world.now += time),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.restart()) },
);

describe('queues, whatever is asked of them', () => {
  it('have each message in one place, lose none, bring none back, and keep the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 150 }), async (steps) => {
        const world = new World();
        await world.start();
        for (const take of steps) {
          await take(world);
          await turn();
          expect(world.faults).toEqual([]);
        }
        await world.drain();
        expect(world.check()).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
