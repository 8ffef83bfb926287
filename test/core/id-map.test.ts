import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdMap } from '../../src/core/id-map.js';

const id = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 ** 53 - 1 }));

it('a map by ids has what a Map has, whatever comes and goes', () => {
  let most = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), id), { minLength: 20, maxLength: 300, size: 'max' }),
      (changes) => {
        const [map, model] = [new IdMap<number>(), new Map<number, number>()];
        for (const [i, [comes, key]] of changes.entries()) {
          if (comes) {
            map.set(key, i);
            model.set(key, i);
          } else {
            map.delete(key);
            model.delete(key);
          }
          expect(map.size).toBe(model.size);
          most = Math.max(most, map.size);
        }
        for (const [, key] of changes) expect(map.get(key)).toBe(model.get(key));
      },
    ),
  );
  expect(most).toBeGreaterThan(20);
});
