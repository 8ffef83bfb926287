import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson, writeJson } from '../../src/core/json-values.js';

describe('a value that is written as JSON', () => {
  it('is what JSON.stringify writes, where that can write it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(writeJson(value)).toBe(JSON.stringify(value));
      }),
    );
    const odd = {
      a: undefined,
      b: [undefined, () => 1],
      c: Number.NaN,
      d: new Date(0),
      e: { toJSON: () => [1] },
    };
    expect(writeJson(odd)).toBe(JSON.stringify(odd));
    expect(writeJson(undefined)).toBe('null');
    expect(writeJson(new Array(2))).toBe('[null,null]');
  });

  it('keeps octets, big integers and maps', () => {
    expect(writeJson([Buffer.from('hi'), new Uint8Array([0xff])])).toBe('["\\u0000aGk=","\\u0000/w=="]');
    expect(writeJson({ n: 2n ** 64n })).toBe('{"n":18446744073709551616}');
    expect(writeJson(new Map([[1, 'a']]))).toBe('{"1":"a"}');
  });

  it('is refused if it has no end', () => {
    const endless: unknown[] = [];
    endless.push(endless);
    expect(() => writeJson(endless)).toThrow(RangeError);
  });
});

describe('a value that is read from JSON', () => {
  it('has octets where a string begins with NUL and goes on in base64', () => {
    expect(readJson('["\\u0000aGk=",{"a":"\\u0000"}]')).toEqual([Buffer.from('hi'), { a: Buffer.alloc(0) }]);
    expect(readJson('["a\\u0000b","\\u0000 no base64"]')).toEqual(['a\0b', '\0 no base64']);
  });
});
