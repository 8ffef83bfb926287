import { expect, it } from 'vitest';
import { TokenBucket } from '../../src/transports/rate-limit.js';

it('lets a burst through, then asks for the time that the debt takes to pay', () => {
  const bucket = new TokenBucket({ rate: 10, burst: 3 }, 0);
  expect([1, 2, 3].map(() => bucket.take(0))).toEqual([0, 0, 0]);
  expect(bucket.take(0)).toBe(100);
  expect(bucket.take(0)).toBe(200);
  expect(bucket.take(200)).toBe(100);
  expect(bucket.take(1200)).toBe(0);
});

it('never saves more than the burst', () => {
  const bucket = new TokenBucket({ rate: 10, burst: 2 }, 0);
  expect([1, 2, 3].map(() => bucket.take(3_600_000))).toEqual([0, 0, 100]);
});
