import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryQueues } from '../../src/brokers/index.js';
import { RouterError } from '../../src/core/errors.js';
import type { Logger } from '../../src/core/logger.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import type { DeadLetter } from '../../src/core/queue.js';
import type { QueueStore } from '../../src/core/queue-store.js';
import { message, queuePolicy, TestConsumer } from '../contracts/queues.js';

const LIMITS = { queueMessages: 1000, queueSize: 100_000 };

function queuesOf({
  limits = LIMITS,
  ...more
}: {
  limits?: typeof LIMITS;
  logger?: Logger;
  store?: QueueStore;
} = {}) {
  return new MemoryQueues({ limits, logger: NULL_LOGGER, meter: NULL_METER, ...more });
}

const refusal = { code: 'limit_exceeded' };

async function filled(queues: MemoryQueues, more: Parameters<typeof message>[1], policy = queuePolicy()) {
  for (let n = 0; ; n++) {
    try {
      await queues.enqueue(message('x', more), policy);
    } catch (error) {
      expect(error).toMatchObject(refusal);
      return n;
    }
  }
}

describe('the memory of queues', () => {
  it('is bounded in octets, of headers as of payloads', async () => {
    const headers = { long: 'x'.repeat(30_000) };
    expect(await filled(queuesOf(), { headers })).toBe(3);
  });

  it('has room for queues that the application made when those that peers make are full', async () => {
    const queues = queuesOf({ limits: { ...LIMITS, queueMessages: 40 } });
    expect(await filled(queues, { channel: 'reply' }, queuePolicy({ ofPeers: true }))).toBe(10);
    expect(await filled(queues, { channel: 'shop' })).toBe(30);
    await queues.delete('reply');
    expect(await filled(queues, { channel: 'shop' })).toBe(10);
  });

  it('keeps nothing of what the store has no room for', async () => {
    const add = vi.fn<QueueStore['add']>(() => {
      throw new RouterError('limit_exceeded', 'no room');
    });
    const queues = queuesOf({ store: { add } as unknown as QueueStore });
    expect(() => queues.enqueue(message('x'), queuePolicy({ durable: true }))).toThrow('no room');
    add.mockRejectedValueOnce(new RouterError('unavailable', 'no disk'));
    await expect(queues.enqueue(message('x'), queuePolicy({ durable: true }))).rejects.toThrow('no disk');
    expect(queues.figures).toMatchObject({ queues: 0, messages: 0 });
  });
});

describe('what expires', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is buried once, and nothing else with it, though a consumer becomes free meanwhile', async () => {
    const queues = queuesOf();
    const buried: unknown[] = [];
    const consumer = new TestConsumer(1);
    await queues.start(({ publication }) => {
      buried.push(publication.payload.value);
      void consumer.given[0]?.acknowledge();
    });
    queues.consume('q', queuePolicy(), consumer);
    const expires = Date.now() + 500;
    for (const text of ['a', 'b!', 'c!', 'd', 'e'])
      await queues.enqueue(message(text, text.endsWith('!') ? { expires } : {}), queuePolicy());
    await vi.advanceTimersByTimeAsync(1000);
    await consumer.given[1]?.acknowledge();
    expect(buried).toEqual(['b!', 'c!']);
    expect(consumer.texts).toEqual(['a', 'd', 'e']);
    expect(queues.figures).toMatchObject({ messages: 1, unacknowledged: 1 });
  });
});

describe('dead letters without room', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  async function world() {
    const error = vi.fn();
    const queues = queuesOf({ logger: { ...NULL_LOGGER, error } });
    const buried: DeadLetter[] = [];
    const room = { is: false };
    const bury = vi.fn((letter: DeadLetter) => {
      if (!room.is) throw new RouterError('limit_exceeded', 'the dead letters are full');
      buried.push(letter);
    });
    await queues.start(bury);
    const consumer = new TestConsumer(100);
    queues.consume('q', queuePolicy(), consumer);
    for (let n = 0; n < 50; n++) await queues.enqueue(message(String(n)), queuePolicy());
    for (const delivery of consumer.given) await delivery.reject(false);
    return { queues, buried, room, bury, error };
  }

  it('stay in their queue, and are kept in their order when there is room', async () => {
    const { queues, buried, room } = await world();
    await vi.advanceTimersByTimeAsync(3000);
    expect(queues.figures).toMatchObject({ messages: 50, unacknowledged: 0 });
    room.is = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect(buried.map(({ publication }) => Number(publication.payload.value))).toEqual([...Array(50).keys()]);
    expect(queues.figures).toMatchObject({ messages: 0 });
  });

  it('are tried one at a time, and logged once', async () => {
    const { bury, error } = await world();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bury.mock.calls.length).toBeLessThan(15);
    expect(error).toHaveBeenCalledOnce();
  });
});
