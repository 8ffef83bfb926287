import { isRouterError } from '../../core/errors.js';
import type { QueuePolicy } from '../../core/queue.js';
import { type ContractCheck, contract } from './contract.js';
import { expect } from './expect.js';
import { message, type QueuesFixture, queuesWorld, TestConsumer } from './queues-world.js';

/** What becomes of messages that nobody consumes. */
export function queueEnds(
  open: () => Promise<QueuesFixture>,
  common: Partial<QueuePolicy>,
  { scale = 1 }: { readonly scale?: number } = {},
): readonly ContractCheck[] {
  return contract(({ it }) => {
    const world = queuesWorld(open, common);
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
