import { describe, expect, it } from 'vitest';
import { RateTable } from '../../src/core/rate-table.js';

describe('a table of rates', () => {
  it('counts each key for itself', () => {
    const table = new RateTable({ rate: 1, burst: 2 });
    expect(['a', 'a', 'a', 'b'].map((key) => table.tryTake(key, 0))).toEqual([0, 0, 1000, 0]);
    expect([table.wait('a', 500), table.wait('b', 500), table.wait('c', 500)]).toEqual([500, 0, 0]);
  });

  it('remembers nothing of who was only looked up', () => {
    const table = new RateTable({ rate: 1, burst: 2 });
    table.wait('a', 0);
    expect(table.size).toBe(0);
  });

  it('forgets who has not been seen until its bucket was full again', () => {
    const table = new RateTable({ rate: 1, burst: 2 });
    for (let i = 0; i < 1000; i++) table.take(`early ${i}`, 0);
    for (let i = 0; i < 1000; i++) table.take('late', 60_000);
    expect(table.size).toBe(1);
  });

  it('keeps no more keys than it may, and of those the latest', () => {
    const table = new RateTable({ rate: 0.001, burst: 1 }, 100);
    for (let i = 0; i < 10_000; i++) {
      table.take(`key ${i}`, i);
      expect(table.size).toBeLessThanOrEqual(100);
    }
    expect(table.wait('key 9999', 10_000)).toBeGreaterThan(0);
    expect(table.wait('key 9901', 10_000)).toBeGreaterThan(0);
    expect(table.wait('key 0', 10_000)).toBe(0);
  });

  it('lets a debt be paid in full', () => {
    const table = new RateTable({ rate: 1, burst: 1 });
    for (let i = 0; i < 11; i++) table.take('a', 0);
    expect([table.wait('a', 0), table.wait('a', 10_999), table.wait('a', 11_000)]).toEqual([11_000, 1, 0]);
  });
});
