import { setImmediate as turn } from 'node:timers/promises';
import { isRouterError } from '../../core/errors.js';
import { Payload } from '../../core/payload.js';
import type { Publication } from '../../core/publication.js';
import type { Consumption, DeadLetter, QueueDelivery, QueuePolicy, Queues } from '../../core/queue.js';
import { type ContractCheck, contract } from './contract.js';
import { expect } from './expect.js';

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

/** What the queues of a node promise. `advance` lets milliseconds go by on the clock they were given; `scale` divides large numbers. */
export function queuesContract(
  open: () => Promise<QueuesFixture>,
  common: Partial<QueuePolicy> = {},
  { scale = 1 }: { readonly scale?: number } = {},
): readonly ContractCheck[] {
  return contract(({ it }) => {
    async function world(special: Partial<QueuePolicy> = {}) {
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
    }

    it('hold messages until somebody consumes them, in their order', async () => {
      const { send, join, queues, settled, close } = await world();
      await send('a', 'b', 'c');
      const consumer = join(new TestConsumer());
      await settled();
      expect(consumer.texts).toEqual(['a', 'b', 'c']);
      await settled();
      expect(queues.figures).toEqual({ queues: 1, messages: 3, unacknowledged: 3 });
      for (const delivery of consumer.given) await delivery.acknowledge();
      await settled();
      expect(queues.figures).toMatchObject({ messages: 0, unacknowledged: 0 });
      consumer.place?.cancel();
      await settled();
      expect(queues.figures.queues).toBe(0);
      await close();
    });

    it('give each message to one consumer, in turn', async () => {
      const { send, join, settled, close } = await world();
      const [one, two] = [join(new TestConsumer()), join(new TestConsumer())];
      await send('a', 'b', 'c', 'd');
      await settled();
      expect([one.texts, two.texts]).toEqual([
        ['a', 'c'],
        ['b', 'd'],
      ]);
      await close();
    });

    it('give a consumer no more than it holds unanswered', async () => {
      const { send, join, settled, close } = await world();
      const consumer = join(new TestConsumer(2));
      await send('a', 'b', 'c');
      await settled();
      expect(consumer.texts).toEqual(['a', 'b']);
      await consumer.given[0]?.acknowledge();
      await settled();
      expect(consumer.texts).toEqual(['a', 'b', 'c']);
      await close();
    });

    it('take the bound of the policy where a consumer names none', async () => {
      const { send, join, settled, close } = await world({ prefetch: 1 });
      const consumer = join(new TestConsumer());
      await send('a', 'b');
      await settled();
      expect(consumer.texts).toEqual(['a']);
      await close();
    });

    it('serve who is free while somebody else is busy', async () => {
      const { send, join, settled, close } = await world();
      const [busy, free] = [join(new TestConsumer(1)), join(new TestConsumer(10))];
      await send('a', 'b', 'c', 'd');
      await settled();
      expect([busy.texts, free.texts]).toEqual([['a'], ['b', 'c', 'd']]);
      await close();
    });

    it('give what a consumer has not answered to others when it goes, in the old order and marked', async () => {
      const { send, join, settled, close } = await world();
      const gone = join(new TestConsumer());
      await send('a', 'b', 'c', 'd');
      await settled();
      await gone.given[1]?.acknowledge();
      gone.place?.cancel();
      const heir = join(new TestConsumer());
      await send('e');
      await settled();
      expect(heir.texts).toEqual(['a', 'c', 'd', 'e']);
      expect(heir.given.map(({ redelivered, attempt }) => [redelivered, attempt])).toEqual([
        [true, 2],
        [true, 2],
        [true, 2],
        [false, 1],
      ]);
      await close();
    });

    it('do nothing for an answer that comes late or twice', async () => {
      const { send, join, queues, settled, close } = await world();
      const gone = join(new TestConsumer());
      await send('a');
      await settled();
      gone.place?.cancel();
      await gone.given[0]?.acknowledge();
      gone.place?.cancel();
      await settled();
      expect(queues.figures).toMatchObject({ messages: 1, unacknowledged: 0 });
      const heir = join(new TestConsumer());
      await settled();
      await heir.given[0]?.acknowledge();
      await heir.given[0]?.reject(true);
      await settled();
      expect(queues.figures).toMatchObject({ messages: 0, unacknowledged: 0 });
      await close();
    });

    it('put back what is rejected before what came later', async () => {
      const { send, join, settled, close } = await world();
      const consumer = join(new TestConsumer(1));
      await send('a', 'b');
      await settled();
      await consumer.given[0]?.reject(true);
      await settled();
      expect(consumer.texts).toEqual(['a', 'a']);
      expect(consumer.given[1]).toMatchObject({ redelivered: true, attempt: 2 });
      await close();
    });

    it('ask the next consumer where one takes none any more', async () => {
      const { send, join, settled, close } = await world();
      const [deaf, other] = [join(new TestConsumer()), join(new TestConsumer())];
      deaf.takes = false;
      await send('a', 'b');
      await settled();
      expect(other.texts).toEqual(['a', 'b']);
      expect(other.given[0]).toMatchObject({ redelivered: false, attempt: 1 });
      await close();
    });

    it.each([[true], [false]])(
      'lose nothing by a consumer that goes while it is asked, and says %s',
      async (says) => {
        const { send, join, queues, settled, close } = await world();
        const gone = new TestConsumer();
        gone.take = () => {
          gone.place?.cancel();
          return says;
        };
        join(gone);
        const heir = join(new TestConsumer());
        await send('a', 'b', 'c');
        await settled();
        expect(heir.texts).toEqual(['a', 'b', 'c']);
        // Nobody has seen what was not taken.
        expect(heir.given[0]).toMatchObject({ redelivered: says, attempt: says ? 2 : 1 });
        for (const delivery of heir.given) await delivery.acknowledge();
        await settled();
        expect(queues.figures).toMatchObject({ messages: 0, unacknowledged: 0 });
        await close();
      },
    );

    it('serve the others when a consumer fails', async () => {
      const { send, join, queues, settled, close } = await world();
      const broken = new TestConsumer();
      broken.take = () => {
        throw new Error('broken');
      };
      join(broken);
      const other = join(new TestConsumer());
      await send('a', 'b');
      await settled();
      expect(other.texts).toEqual(['a', 'b']);
      await settled();
      expect(queues.figures).toMatchObject({ messages: 2, unacknowledged: 2 });
      await close();
    });

    it('serve a consumer that answers at once without end', async () => {
      const { send, join, queues, settled, close } = await world({ size: 20_000 });
      const count = 20_000 / scale;
      for (let n = 0; n < count; n++) await send(String(n));
      const consumer = new TestConsumer(1);
      consumer.answers = (delivery) => void delivery.acknowledge();
      join(consumer);
      await settled();
      expect(consumer.given).toHaveLength(count);
      await settled();
      expect(queues.figures.messages).toBe(0);
      await close();
    });

    it('bury what was given out often enough, and what is rejected for good', async () => {
      const { send, join, buried, queues, settled, close } = await world({ attempts: 2, deadLetter: 'dead' });
      const consumer = join(new TestConsumer());
      await send('tried', 'refused');
      await settled();
      await consumer.given[1]?.reject(false);
      await consumer.given[0]?.reject(true);
      await settled();
      await consumer.given[2]?.reject(true);
      await settled();
      expect(
        buried.map(({ publication, reason, attempts }) => [publication.payload.value, reason, attempts]),
      ).toEqual([
        ['refused', 'rejected', 1],
        ['tried', 'attempts', 2],
      ]);
      await settled();
      expect(queues.figures).toMatchObject({ messages: 0, unacknowledged: 0 });
      await close();
    });

    it('never give out what has expired, and bury it', async () => {
      const { queues, join, send, policy, buried, advance, settled, close } = await world({ ttl: 1000 });
      await send('short');
      await queues.enqueue(message('shorter', { expires: 10 }), policy);
      await advance(999);
      await send('fresh');
      await advance(2);
      const consumer = join(new TestConsumer());
      await settled();
      expect(consumer.texts).toEqual(['fresh']);
      await settled();
      expect(buried.map(({ publication, reason }) => [publication.payload.value, reason])).toEqual([
        ['short', 'expired'],
        ['shorter', 'expired'],
      ]);
      await close();
    });

    it('refuse one message more than a channel may hold, those given out included', async () => {
      const { send, join, settled, close } = await world({ size: 2 });
      const consumer = join(new TestConsumer());
      await send('a', 'b');
      await settled();
      const refusal = await send('c').catch((error: unknown) => error);
      expect(isRouterError(refusal) && refusal.code).toBe('limit_exceeded');
      await consumer.given[0]?.acknowledge();
      await send('c');
      await settled();
      expect(consumer.texts).toEqual(['a', 'b', 'c']);
      await close();
    });

    it('take back what many held who go at once, in the order that it had', async () => {
      const { queues, policy, send, join, settled, close } = await world({ size: 50_001 });
      const count = 50_000 / scale;
      for (let n = 0; n < count; n++) await queues.enqueue(message(String(n)), policy);
      const gone = Array.from({ length: 100 }, () => join(new TestConsumer(count / 100)));
      await send('last');
      for (const { place } of gone) place?.cancel();
      const heir = join(new TestConsumer(count + 1));
      await settled();
      expect(heir.texts).toEqual([...Array.from({ length: count }, (_, n) => String(n)), 'last']);
      await close();
    });

    it('forget a channel that is deleted', async () => {
      const { send, join, queues, settled, close } = await world();
      await send('a', 'b');
      await queues.delete('q');
      await settled();
      expect(queues.figures).toEqual({ queues: 0, messages: 0, unacknowledged: 0 });
      const consumer = join(new TestConsumer());
      await settled();
      expect(consumer.texts).toEqual([]);
      await close();
    });
  });
}
