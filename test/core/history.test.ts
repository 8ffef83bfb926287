import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryFilter, selectHistory } from '../../src/core/history.js';
import { Payload } from '../../src/core/payload.js';
import type { Publication } from '../../src/core/publication.js';

const payload = Payload.of(null);
const publication = (id: string, time: number, channel = 'a'): Publication => ({
  id,
  channel,
  payload,
  time,
  audience: undefined,
});
/** Ids have no order, and a clock may go back. */
const ALL = [publication('30', 10), publication('7', 20), publication('99', 20, 'b'), publication('1', 15)];
const ids = (filter: HistoryFilter, admits?: (one: Publication) => boolean) =>
  selectHistory(ALL, filter, admits).map(({ id }) => id);

describe('a history', () => {
  it.each<[HistoryFilter, string[]]>([
    [{}, ['30', '7', '99', '1']],
    [{ reverse: true }, ['1', '99', '7', '30']],
    [{ limit: 2 }, ['30', '7']],
    [{ limit: 2, reverse: true }, ['1', '99']],
    [{ fromTime: 20 }, ['7', '99']],
    [{ afterTime: 15 }, ['7', '99']],
    [{ afterTime: 20 }, []],
    [{ beforeTime: 15 }, ['30']],
    [{ untilTime: 15 }, ['30', '1']],
    [{ channel: 'b' }, ['99']],
    [{ fromPublication: '7' }, ['7', '99', '1']],
    [{ afterPublication: '7' }, ['99', '1']],
    [{ beforePublication: '7' }, ['30']],
    [{ untilPublication: '7' }, ['30', '7']],
    [{ afterPublication: '30', untilPublication: '99', channel: 'a' }, ['7']],
    [{ fromPublication: '99', beforePublication: '7' }, []],
    [{ afterPublication: 'gone' }, ['30', '7', '99', '1']],
    [{ fromPublication: 'gone' }, ['30', '7', '99', '1']],
    [{ beforePublication: 'gone' }, []],
    [{ untilPublication: 'gone' }, []],
  ])('with %j gives %j', (filter, expected) => expect(ids(filter)).toEqual(expected));

  it('counts towards the limit only what is admitted', () => {
    expect(ids({ limit: 2 }, ({ id }) => id !== '30')).toEqual(['7', '99']);
  });

  it('gives what each condition alone gives, whatever conditions there are, in pages too', () => {
    const bound = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined });
    const place = fc.option(
      fc.integer({ min: 0, max: 12 }).map((n) => `p${n}`),
      { nil: undefined },
    );
    const filters = fc.record({
      fromTime: bound,
      afterTime: bound,
      beforeTime: bound,
      untilTime: bound,
      channel: fc.constantFrom(undefined, 'a', 'b'),
      fromPublication: place,
      afterPublication: place,
      beforePublication: place,
      untilPublication: place,
    });
    const entries = fc.array(fc.tuple(fc.nat(6), fc.constantFrom('a', 'b')), { maxLength: 12 });
    fc.assert(
      fc.property(entries, filters, fc.integer({ min: 1, max: 4 }), (list, filter, limit) => {
        const all = list.map(([time, channel], i) => publication(`p${i}`, time, channel));
        const wanted = all.filter((one) => Object.entries(filter).every((pair) => holds(all, one, pair)));
        expect(selectHistory(all, filter)).toEqual(wanted);
        expect(selectHistory(all, { ...filter, reverse: true })).toEqual(wanted.toReversed());
        expect(pages(all, filter, limit)).toEqual(wanted);
      }),
      { numRuns: 2000 },
    );
  });
});

function holds(all: readonly Publication[], one: Publication, [name, bound]: [string, unknown]): boolean {
  if (bound === undefined) return true;
  if (name === 'channel') return one.channel === bound;
  const isTime = name.endsWith('Time');
  const own = isTime ? one.time : all.indexOf(one);
  const limit = isTime ? (bound as number) : all.findIndex(({ id }) => id === bound);
  if (name.startsWith('from')) return own >= limit;
  if (name.startsWith('after')) return own > limit;
  return name.startsWith('before') ? own < limit : own <= limit;
}

/** As a client reads it: each page goes on after the last publication of the one before. */
function pages(all: readonly Publication[], filter: HistoryFilter, limit: number): Publication[] {
  const found = [...selectHistory(all, { ...filter, limit })];
  while (found.length <= all.length) {
    const last = found.at(-1);
    if (last === undefined) return found;
    const from = all.findIndex(({ id }) => id === filter.afterPublication);
    const afterPublication = all.indexOf(last) > from ? last.id : filter.afterPublication;
    const page = selectHistory(all, { ...filter, limit, afterPublication });
    if (page.length === 0) return found;
    found.push(...page);
  }
  throw new Error('a page gave again what one before it had');
}
