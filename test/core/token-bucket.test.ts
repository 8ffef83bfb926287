import { expect, it } from 'vitest';
import { rateText, TokenBucket } from '../../src/core/token-bucket.js';

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

it('gives no token that it does not have, and goes into no debt for it', () => {
  const bucket = new TokenBucket({ rate: 10, burst: 2 }, 0);
  expect([1, 2, 3, 4].map(() => bucket.tryTake(0))).toEqual([0, 0, 100, 100]);
  expect(bucket.tryTake(60)).toBe(40);
  expect(bucket.tryTake(101)).toBe(0);
  expect(bucket.tryTake(101)).toBeGreaterThan(0);
});

it('tells how long a token takes without taking one', () => {
  const bucket = new TokenBucket({ rate: 10, burst: 1 }, 0);
  expect([bucket.wait(0), bucket.wait(0), bucket.isFull(0)]).toEqual([0, 0, true]);
  bucket.take(0);
  bucket.take(0);
  expect([bucket.wait(0), bucket.wait(100), bucket.isFull(100)]).toEqual([200, 100, false]);
  expect([bucket.wait(200), bucket.isFull(200)]).toEqual([0, true]);
});

it('is as full as a new one as soon as all is paid, whoever asks first', () => {
  const bucket = new TokenBucket({ rate: 10, burst: 1 }, 0);
  bucket.take(0);
  expect([bucket.isFull(99), bucket.isFull(100)]).toEqual([false, true]);
});

it.each([
  [200, '200/s'],
  [1, '1/s'],
  [10 / 60, '10/m'],
  [5 / 3600, '5/h'],
  [0.1 / 3600, '0.1/h'],
  [0.125 / 3600, '0.13/h'],
  [1000 / 3600, '16.67/m'],
  [0.5, '30/m'],
])('writes a rate of %d per second as settings have it', (rate, text) => {
  expect(rateText({ rate, burst: 1 })).toBe(text);
});
