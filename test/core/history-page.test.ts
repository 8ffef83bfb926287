import { describe, expect, it } from 'vitest';
import { historyPage, readHistoryQuery } from '../../src/core/history-page.js';

describe('what is asked of a history', () => {
  it.each([
    [{}, { since: undefined, limit: 100, reverse: false }],
    [{ since: null }, { since: undefined }],
    [
      { limit: 1, reverse: true },
      { limit: 1, reverse: true },
    ],
    [{ limit: 1000 }, { limit: 1000 }],
  ])('may be %j', (given, query) => {
    expect(readHistoryQuery(given)).toMatchObject(query);
  });

  it.each([
    [{ limit: 0 }],
    [{ limit: 1001 }],
    [{ limit: 1.5 }],
    [{ limit: '5' }],
    [{ limit: Number.NaN }],
    [{ reverse: 1 }],
    [{ reverse: 'true' }],
    [{ since: 'nowhere' }],
    [{ since: 5 }],
  ])('may not be %j', (given) => {
    expect(() => readHistoryQuery(given)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });
});

describe('a page of a history', () => {
  it('of a channel on which nothing was kept says that there is no position', () => {
    const nothing = { newest: undefined, reached: undefined, recovered: undefined, publications: [] };
    expect(historyPage({ channel: 'a', ...nothing })).toEqual({
      channel: 'a',
      epoch: null,
      offset: null,
      position: null,
      more: false,
      publications: [],
    });
  });
});
