import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageSearch } from '../../src/core/page.js';

const compare = (a: number, b: number) => a - b;

describe('a page of a list that is in no order', () => {
  it('is what sorting all of it would give, whatever its size and where it begins', () => {
    const all = fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { maxLength: 200 });
    fc.assert(
      fc.property(all, fc.integer({ min: 1, max: 50 }), fc.option(fc.integer()), (items, limit, after) => {
        const follows = (item: number) => after === null || item > after;
        const search = new PageSearch<number>({ compare, limit, follows });
        for (const item of items) search.offer(item);
        const rest = items.filter(follows).sort(compare);
        expect(search.page()).toEqual({
          items: rest.slice(0, limit),
          more: rest.length > limit,
          total: items.length,
        });
      }),
    );
  });
});
