import { describe, expect, it } from 'vitest';
import { Query } from '../../../src/protocols/http/query.js';

const query = (search: string) => new Query(new URL(`http://localhost/api/x?${search}`));
const refused = expect.objectContaining({ code: 'bad_request' });
const channels = (count: number) => Array.from({ length: count }, (_, n) => `channel=c${n}`).join('&');

describe('the parameters of an address', () => {
  it('name 1 to 20 different channels', () => {
    expect(query('channel=a&channel=&channel=b&channel=a').channels).toEqual(['a', 'b']);
    expect(query(`${channels(20)}&${channels(20)}`).channels).toHaveLength(20);
    for (const search of ['', 'channel=', channels(21)])
      expect(() => query(search).channels).toThrow(refused);
  });

  it.each([
    ['n=0', 0],
    ['n=0012', 12],
    ['n=9007199254740991', Number.MAX_SAFE_INTEGER],
    ['n=', undefined],
    ['m=1', undefined],
  ])('%s have the number %s', (search, number) => {
    expect(query(search).number('n')).toBe(number);
  });

  it.each(['n=-1', 'n=1.0', 'n=1e3', 'n=0x10', 'n=%201', 'n=9007199254740992', 'n=12345678901234567', 'n=x'])(
    '%s have none',
    (search) => {
      expect(() => query(search).number('n')).toThrow(refused);
    },
  );

  it('have true and false alone for yes and no', () => {
    expect(['f=true', 'f=false', 'f=', ''].map((search) => query(search).flag('f'))).toEqual([
      true,
      false,
      undefined,
      undefined,
    ]);
    for (const search of ['f=1', 'f=TRUE', 'f=no']) expect(() => query(search).flag('f')).toThrow(refused);
  });

  it('have durations with their unit', () => {
    expect(['d=25s', 'd=0ms', 'd=2m', 'd='].map((search) => query(search).duration('d'))).toEqual([
      25_000,
      0,
      120_000,
      undefined,
    ]);
    for (const search of ['d=25', 'd=1h', 'd=-1s', 'd=1.5s', 'd=1234567890s', 'd=1s2s'])
      expect(() => query(search).duration('d')).toThrow(refused);
  });

  it('have positions of so many channels as are asked for, in 2048 characters', () => {
    const one = 'e.1.t';
    expect(query(`since=${one}`).positions('since', 1)).toHaveLength(1);
    expect(query('since=').positions('since', 1)).toBeUndefined();
    for (const search of [`since=${one}&x`, 'since=nowhere'])
      expect(() => query(search).positions('since', 2)).toThrow(refused);
    const long = `${'e'.repeat(2048 - 4)}.1.t`;
    expect(long).toHaveLength(2048);
    expect(() => query(`since=${long}e`).positions('since', 1)).toThrow(refused);
  });
});
