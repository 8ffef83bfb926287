import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryReplayCache } from '../../src/authenticators/index.js';

const START = 1_800_000_000_000;
let now: number;
const clock = () => now;

beforeEach(() => {
  now = START;
});

describe('the replay cache in memory', () => {
  it('refuses a new id when it is full, and names the limit', () => {
    const cache = new MemoryReplayCache({ size: 3, clock });
    for (const id of ['a', 'b', 'c']) expect(cache.claim(id, START + 10_000)).toBe(true);
    expect(() => cache.claim('d', START + 10_000)).toThrow(
      expect.objectContaining({
        code: 'unavailable',
        limit: 'limits.tickets',
        message: 'more than 3 one-time tickets are in use (limits.tickets)',
      }),
    );
    expect(cache.claim('a', START + 10_000)).toBe(false);
    expect(cache.size).toBe(3);
  });

  it('has room again for as many as have expired', () => {
    const cache = new MemoryReplayCache({ size: 3, clock });
    for (const [i, id] of ['a', 'b', 'c'].entries()) cache.claim(id, START + (i + 1) * 10_000);
    now = START + 11_000;
    expect(cache.size).toBe(3);
    expect(cache.claim('d', START + 60_000)).toBe(true);
    expect(() => cache.claim('e', START + 60_000)).toThrow('limits.tickets');
    now = START + 31_000;
    expect(cache.claim('e', START + 60_000)).toBe(true);
    expect(cache.size).toBe(2);
  });

  it('remembers nothing of what it refused', () => {
    const cache = new MemoryReplayCache({ size: 2, clock });
    cache.claim('a', START + 10_000);
    for (let i = 0; i < 10; i++) {
      cache.claim('a', START + 10_000);
      cache.claim(`past-${i}`, START);
    }
    expect(cache.size).toBe(1);
  });

  it('forgets what expired during a long pause', () => {
    const cache = new MemoryReplayCache({ size: 2, clock });
    cache.claim('a', START + 10_000);
    cache.claim('b', START + 365 * 86_400_000);
    now = START + 30 * 86_400_000;
    expect(cache.claim('c', now + 1000)).toBe(true);
    expect(cache.claim('b', now + 1000)).toBe(false);
    expect(cache.size).toBe(2);
  });

  it('forgets nothing when the clock is set back', () => {
    const cache = new MemoryReplayCache({ size: 10, clock });
    cache.claim('a', START + 10_000);
    now = START - 3_600_000;
    expect(cache.claim('a', START + 10_000)).toBe(false);
    expect(cache.claim('b', now + 10_000)).toBe(true);
    expect(cache.claim('b', now + 10_000)).toBe(false);
    now = START + 1000;
    cache.claim('c', now + 10_000);
    expect(cache.size).toBe(2);
  });

  it('never gives an id out twice in its time, whatever comes in which order', () => {
    const step = fc.record({
      id: fc.constantFrom(...'abcdefgh'),
      lifetime: fc.integer({ min: -2000, max: 8000 }),
      passes: fc.integer({ min: 0, max: 3000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        now = START;
        const cache = new MemoryReplayCache({ size: 4, clock });
        const taken = new Map<string, number>();
        for (const { id, lifetime, passes } of steps) {
          now += passes;
          const free = lifetime > 0 && (taken.get(id) ?? 0) <= now;
          const given = claimed(cache, id, now + lifetime);
          if (given) taken.set(id, now + lifetime);
          expect(given && !free).toBe(false);
          const live = [...taken.values()].filter((until) => until > now).length;
          expect([live <= cache.size, cache.size <= 4]).toEqual([true, true]);
        }
      }),
    );
  });
});

/** Whether the id was given; false, too, when the cache is full. */
function claimed(cache: MemoryReplayCache, id: string, until: number): boolean {
  try {
    return cache.claim(id, until);
  } catch {
    return false;
  }
}
