import { describe, expect, it } from 'vitest';
import { checkRoutes } from '../../src/config/index.js';
import { testRoute } from '../../src/testing.js';

const routeOf = (pattern: string) =>
  testRoute('room', 'room/{id}', { requirements: { id: { pattern, wildcard: false } } });

describe('routes that come from no file of this server', () => {
  it('are refused where it takes too long to tell whether all of them are safe', async () => {
    const sent = checkRoutes([routeOf('(?:ab?|a)*c')], { time: 0 });
    await expect(sent).rejects.toThrow(
      'take longer to judge than the 0 ms that there are for all of them: write them in a simpler way',
    );
  });

  it('are refused where the last of them takes too long, and those before did not', async () => {
    const costly = Array.from({ length: 40 }, (_, i) =>
      routeOf(`(?:a{${i + 2}}b?|[ab]{3,9}c)*d{1,${i + 3}}`),
    );
    await expect(checkRoutes(costly, { time: 1 })).rejects.toThrow('than the 1 ms');
  });

  it('take none of that time with expressions that are plain, or known', async () => {
    const known = routeOf('(?:xy|z)+w');
    expect(await checkRoutes([known])).toEqual([]);
    expect(await checkRoutes([known, routeOf('\\d+'), routeOf('[a-z]+')], { time: 0 })).toEqual([]);
  });
});
