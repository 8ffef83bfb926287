import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MemoryQueues } from '../../src/brokers/index.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { message, queuePolicy, TestConsumer } from '../contracts/queues.js';
import { FakeQueueStore } from './fake-queue-store.js';

const POLICY = queuePolicy({ durable: true });

function open(store: FakeQueueStore | undefined): MemoryQueues {
  const limits = { queueMessages: 3, queueSize: 2 ** 20 };
  return new MemoryQueues({ store, limits, logger: NULL_LOGGER, meter: NULL_METER });
}

describe('durable queues', () => {
  it('hold a message no sooner than it is stored, and give out none before', async () => {
    const store = new FakeQueueStore();
    const queues = open(store);
    const consumer = new TestConsumer();
    queues.consume('q', POLICY, consumer);
    let stored = () => {};
    store.delay = () => new Promise((resolve) => (stored = resolve));
    let held = false;
    const enqueued = Promise.resolve(queues.enqueue(message('a'), POLICY)).then(() => (held = true));
    await turn();
    expect([held, consumer.texts]).toEqual([false, []]);
    stored();
    await enqueued;
    expect(consumer.texts).toEqual(['a']);
  });

  it('refuse what the store refuses, and no trace of it is left', async () => {
    const store = new FakeQueueStore();
    const queues = open(store);
    store.full = true;
    for (let n = 0; n < 5; n++)
      await expect(queues.enqueue(message('a'), POLICY)).rejects.toMatchObject({ code: 'unavailable' });
    expect(queues.figures).toEqual({ queues: 0, messages: 0, unacknowledged: 0 });
    store.full = false;
    for (const text of ['b', 'c', 'd']) await queues.enqueue(message(text), POLICY);
    const consumer = new TestConsumer();
    queues.consume('q', POLICY, consumer);
    expect(consumer.texts).toEqual(['b', 'c', 'd']);
  });

  it('bury a dead letter once, also where the store does not forget it', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const store = new FakeQueueStore();
    const queues = open(store);
    const buried: unknown[] = [];
    await queues.start(({ publication }) => void buried.push(publication.payload.value));
    await queues.enqueue(message('a'), POLICY);
    store.keepsAll = true;
    const consumer = new TestConsumer();
    queues.consume('q', POLICY, consumer);
    await consumer.given[0]?.reject(false);
    await vi.advanceTimersByTimeAsync(5000);
    expect(buried).toEqual(['a']);
    expect(queues.figures).toMatchObject({ messages: 0, unacknowledged: 0 });
  });

  it('are refused where there is no store', () => {
    const queues = open(undefined);
    expect(() => queues.enqueue(message('a'), POLICY)).toThrow('no store for durable queues');
    expect(queues.figures.messages).toBe(0);
  });

  it('acknowledge when the store has forgotten the message', async () => {
    const store = new FakeQueueStore();
    const queues = open(store);
    await queues.enqueue(message('a'), POLICY);
    const consumer = new TestConsumer();
    queues.consume('q', POLICY, consumer);
    const done = consumer.given[0]?.acknowledge();
    expect(done).toBeInstanceOf(Promise);
    await done;
    expect(store.kept.size).toBe(0);
  });

  it('have what was not acknowledged when the process comes back, marked, with its attempts, before what is new', async () => {
    const store = new FakeQueueStore();
    const before = open(store);
    for (const text of ['a', 'b']) await before.enqueue(message(text), POLICY);
    const gone = new TestConsumer();
    before.consume('q', POLICY, gone).cancel();
    await before.close();

    const queues = open(store);
    await queues.start(() => undefined);
    await queues.enqueue(message('c'), POLICY);
    const consumer = new TestConsumer();
    queues.consume('q', POLICY, consumer);
    expect(consumer.texts).toEqual(['a', 'b', 'c']);
    expect(consumer.given.map(({ redelivered, attempt }) => [redelivered, attempt])).toEqual([
      [true, 2],
      [true, 2],
      [false, 1],
    ]);
  });

  it('bury what has been tried often enough before the process ended, by the policy of now', async () => {
    const store = new FakeQueueStore();
    const before = open(store);
    await before.enqueue(message('a'), POLICY);
    before.consume('q', POLICY, new TestConsumer()).cancel();
    const queues = open(store);
    const buried: unknown[] = [];
    await queues.start(({ reason, attempts }) => void buried.push([reason, attempts]));
    const consumer = new TestConsumer();
    queues.consume('q', { ...POLICY, attempts: 2 }, consumer);
    await consumer.given[0]?.reject(true);
    expect(buried).toEqual([['attempts', 2]]);
    expect(store.kept.size).toBe(0);
  });

  it('forget what is consumed after its route has become one that is not durable', async () => {
    const store = new FakeQueueStore();
    await open(store).enqueue(message('a'), POLICY);
    const queues = open(store);
    await queues.start(() => undefined);
    const consumer = new TestConsumer();
    queues.consume('q', queuePolicy(), consumer);
    await consumer.given[0]?.acknowledge();
    expect(store.kept.size).toBe(0);
  });
});
