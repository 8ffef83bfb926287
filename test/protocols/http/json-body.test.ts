import { describe, expect, it } from 'vitest';
import { JsonBody } from '../../../src/protocols/http/json-body.js';

function read(body: string | Buffer, type: string | undefined = 'application/json'): JsonBody {
  const request = {
    method: 'POST',
    url: new URL('http://localhost/api/x'),
    headers: { 'content-type': type },
    remoteAddress: '::1',
    body: Buffer.from(body as string),
  };
  return new JsonBody(request, ['a', 'b']);
}

const of = (value: unknown) => read(JSON.stringify({ a: value }));
const refused = expect.objectContaining({ code: 'bad_request' });

describe('a small JSON object', () => {
  it('is read member by member, with space around it', () => {
    const body = read(' {"a": "x", "b": [1] }\n');
    expect([body.value('a'), body.value('b'), String(body.octets('b'))]).toEqual(['x', [1], '[1]']);
    expect([read('{}').value('a'), read('{}').octets('a')]).toEqual([undefined, undefined]);
  });

  it.each([
    ['no JSON', 'a'],
    ['nothing', ''],
    ['a list', '[]'],
    ['two objects', '{}{}'],
    ['a member that is not known', '{"c":1}'],
    ['a member that comes twice', '{"a":1,"a":2}'],
    ['lists in lists in lists', '{"a":[[[1]]]}'],
    ['octets that are no UTF-8', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])],
  ])('is refused for %s', (_what, body) => {
    expect(() => read(body)).toThrow(refused);
  });

  it('may be two levels deep below itself', () => {
    expect(read('{"a":[[1]]}').value('a')).toEqual([[1]]);
  });

  it('is taken as JSON alone', () => {
    expect(() => read('{}', 'text/plain')).toThrow('text/plain is not read');
  });

  it('has names of 1 to 255 octets', () => {
    for (const name of ['x', 'x'.repeat(255), 'ü'.repeat(127)]) expect(of(name).name('a')).toBe(name);
    expect(read('{}').name('a')).toBeUndefined();
    for (const name of ['', 'x'.repeat(256), 'ü'.repeat(128), 5, null])
      expect(() => of(name).name('a')).toThrow(refused);
  });

  it('has lists of 100 names at most', () => {
    for (const names of [[], ['x'], Array(100).fill('x')]) expect(of(names).names('a')).toEqual(names);
    expect(read('{}').names('a')).toBeUndefined();
    for (const names of ['x', Array(101).fill('x'), [''], [5], {}])
      expect(() => of(names).names('a')).toThrow(refused);
  });

  it('has true, false, or what it has where nothing is said', () => {
    expect([of(true).flag('a', false), of(false).flag('a', true)]).toEqual([true, false]);
    expect([read('{}').flag('a', true), read('{}').flag('a', false)]).toEqual([true, false]);
    for (const value of [1, 'true', []]) expect(() => of(value).flag('a', true)).toThrow(refused);
  });

  it('has durations with their unit, longer than none', () => {
    expect([of('30s').duration('a'), of('5m').duration('a'), read('{}').duration('a')]).toEqual([
      30_000,
      300_000,
      undefined,
    ]);
    for (const value of [30, '30', '0s', '-1s', 'soon', null])
      expect(() => of(value).duration('a')).toThrow(refused);
  });

  it('has objects with known members alone', () => {
    expect(of({ x: 1 }).object('a', ['x'])).toEqual({ x: 1 });
    expect(read('{}').object('a', ['x'])).toBeUndefined();
    for (const value of [{ y: 1 }, [], 1]) expect(() => of(value).object('a', ['x'])).toThrow(refused);
  });
});
