import { describe, expect, it } from 'vitest';
import { Payload } from '../../../src/core/payload.js';
import type { QueueDelivery } from '../../../src/core/queue.js';
import { Deliveries, DeliveryList } from '../../../src/protocols/stomp/deliveries.js';

/** A message, and what was answered to all. */
function delivery(id: string, answers: string[]): QueueDelivery {
  const publication = { id, channel: 'queue/a', payload: Payload.of(1), time: 0, audience: undefined };
  return {
    publication,
    attempt: 1,
    redelivered: false,
    acknowledge: () => void answers.push(`acknowledge ${id}`),
    reject: (requeue) => void answers.push(`${requeue ? 'requeue' : 'discard'} ${id}`),
  };
}

describe('messages that wait for an answer', () => {
  it('are forgotten with their subscription, and those of others are not', () => {
    const [deliveries, answers] = [new Deliveries(), [] as string[]];
    const [one, other] = [new DeliveryList({ cumulative: true }), new DeliveryList({ cumulative: true })];
    const ids = ['1', '2', '3', '4'].map((id, i) =>
      deliveries.add(i % 2 === 0 ? one : other, delivery(id, answers)),
    );
    deliveries.forget(one);
    expect(deliveries.size).toBe(2);
    expect(ids.map((id) => deliveries.find(id) !== undefined)).toEqual([false, true, false, true]);
    const last = deliveries.find(ids[3] ?? '');
    if (last !== undefined) void deliveries.answer(last, 'acknowledge');
    expect(answers).toEqual(['acknowledge 2', 'acknowledge 4']);
    expect(deliveries.size).toBe(0);
  });

  it('are answered once, in the order sent, also when one comes again at once', () => {
    const [deliveries, answers] = [new Deliveries(), [] as string[]];
    const list = new DeliveryList({ cumulative: true });
    const again = delivery('1', answers);
    const first = {
      ...again,
      reject: (requeue: boolean) => {
        void again.reject(requeue);
        deliveries.add(list, again);
      },
    };
    deliveries.add(list, first);
    const found = deliveries.find(deliveries.add(list, delivery('2', answers)));
    if (found === undefined) throw new Error('not found');
    void deliveries.answer(found, 'requeue');
    void deliveries.answer(found, 'requeue');
    expect(answers).toEqual(['requeue 1', 'requeue 2']);
    expect(deliveries.size).toBe(1);
  });

  it('leave nothing behind after thousands, answered in any order', () => {
    const [deliveries, answers] = [new Deliveries(), [] as string[]];
    const list = new DeliveryList({ cumulative: false });
    const ids = Array.from({ length: 5000 }, (_, n) => deliveries.add(list, delivery(`${n + 1}`, answers)));
    for (const id of [...ids.filter((_, n) => n % 3 === 0), ...ids.filter((_, n) => n % 3 !== 0)]) {
      const found = deliveries.find(id);
      if (found !== undefined) void deliveries.answer(found, 'discard');
    }
    expect([deliveries.size, list.oldest, list.newest]).toEqual([0, undefined, undefined]);
    expect(new Set(answers).size).toBe(5000);
  });
});
