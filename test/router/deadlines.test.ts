import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadlines } from '../../src/router/deadlines.js';

describe('deadlines', () => {
  it('are due once, in the second after their time at the latest', () => {
    const deadlines = new Deadlines<string>(10_000);
    deadlines.set('a', 11_500);
    deadlines.set('b', 5_000);
    expect(deadlines.take(10_900)).toEqual([]);
    expect(deadlines.take(11_000)).toEqual(['b']);
    expect(deadlines.take(11_999)).toEqual([]);
    expect(deadlines.take(12_000)).toEqual(['a']);
    expect(deadlines.take(99_000)).toEqual([]);
  });

  it('can be moved and forgotten', () => {
    const deadlines = new Deadlines<string>(0);
    deadlines.set('a', 1000);
    deadlines.set('a', 5000);
    deadlines.set('b', 1000);
    deadlines.delete('b');
    expect(deadlines.take(4000)).toEqual([]);
    expect(deadlines.take(5000)).toEqual(['a']);
  });

  it('come none twice and none too early, however the clock jumps', () => {
    const times = fc.array(fc.integer({ min: 0, max: 100_000_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(times, times, (due, clock) => {
        const deadlines = new Deadlines<number>(0);
        for (const [i, time] of due.entries()) deadlines.set(i, time);
        const seen = new Map<number, number>();
        for (const now of [...clock, 200_000_000]) {
          for (const i of deadlines.take(now)) {
            expect(seen.has(i)).toBe(false);
            seen.set(i, now);
            expect(now).toBeGreaterThanOrEqual(due[i] ?? 0);
          }
        }
        expect(seen.size).toBe(due.length);
      }),
    );
  });
});
