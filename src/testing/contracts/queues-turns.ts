import type { QueuePolicy } from '../../core/queue.js';
import { type ContractCheck, contract } from './contract.js';
import { expect } from './expect.js';
import { message, type QueuesFixture, queuesWorld, TestConsumer } from './queues-world.js';

/** Who gets which message, and in which order. */
export function queueTurns(
  open: () => Promise<QueuesFixture>,
  common: Partial<QueuePolicy>,
  { scale = 1 }: { readonly scale?: number } = {},
): readonly ContractCheck[] {
  return contract(({ it }) => {
    const world = queuesWorld(open, common);
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

    it('tell what each holds, those with the most first', async () => {
      const { send, join, queues, policy, settled, close } = await world();
      await queues.enqueue(message('other', { channel: 'r' }), policy);
      await send('a', 'b');
      const consumer = join(new TestConsumer(1));
      await settled();
      const r = { channel: 'r', messages: 1, unacknowledged: 0, consumers: 0 };
      const q = { channel: 'q', messages: 2, unacknowledged: 1, consumers: 1 };
      expect(await queues.list(10)).toEqual([q, r]);
      expect(await queues.list(1)).toEqual([q]);
      for (let n = 0; n < 2; n++) {
        await consumer.given[n]?.acknowledge();
        await settled();
      }
      expect(await queues.list(10)).toEqual([r, { ...q, messages: 0, unacknowledged: 0 }]);
      await queues.delete('r');
      consumer.place?.cancel();
      await settled();
      expect(await queues.list(10)).toEqual([]);
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
  });
}
