import { setImmediate as turn } from 'node:timers/promises';
import { Payload } from '../../core/payload.js';
import type { Publication } from '../../core/publication.js';
import type { Consumption, DeadLetter, QueueDelivery, QueuePolicy, Queues } from '../../core/queue.js';

/** A policy of plain queues, and what is different. */
export function queuePolicy(more: Partial<QueuePolicy> = {}): QueuePolicy {
  return {
    durable: false,
    size: 1000,
    ttl: undefined,
    attempts: Number.POSITIVE_INFINITY,
    deadLetter: undefined,
    prefetch: 100,
    ...more,
  };
}

let numbered = 0;

export function message(text: string, more: Partial<Publication> = {}): Publication {
  const id = String(++numbered);
  return { id, channel: 'q', payload: Payload.of(text), time: 0, audience: undefined, ...more };
}

/** A consumer that keeps what it is given until the test answers. */
export class TestConsumer {
  readonly given: QueueDelivery[] = [];
  prefetch: number | undefined;
  /** Answers at once, where it is set. */
  answers: ((delivery: QueueDelivery) => void) | undefined;
  takes = true;
  place: Consumption | undefined;

  constructor(prefetch?: number) {
    this.prefetch = prefetch;
  }

  take(delivery: QueueDelivery): boolean {
    if (!this.takes) return false;
    this.given.push(delivery);
    this.answers?.(delivery);
    return true;
  }

  get texts(): readonly unknown[] {
    return this.given.map(({ publication }) => publication.payload.value);
  }
}

export interface QueuesFixture {
  readonly queues: Queues;
  advance(milliseconds: number): Promise<void>;
  /** Resolves when all has happened that has begun; without it that takes one turn. */
  settled?(): Promise<void>;
  close(): Promise<void>;
}

/** Queues for each check, and what it does with them. */
export function queuesWorld(open: () => Promise<QueuesFixture>, common: Partial<QueuePolicy>) {
  return async function world(special: Partial<QueuePolicy> = {}) {
    const policy = queuePolicy({ ...common, ...special });
    const { queues, advance, settled = turn, close } = await open();
    const buried: DeadLetter[] = [];
    await queues.start((letter) => void buried.push(letter));
    const send = async (...texts: readonly string[]) => {
      for (const text of texts) await queues.enqueue(message(text), policy);
    };
    const join = (consumer: TestConsumer) => {
      consumer.place = queues.consume('q', policy, consumer);
      return consumer;
    };
    return { queues, policy, buried, send, join, advance, settled, close };
  };
}
