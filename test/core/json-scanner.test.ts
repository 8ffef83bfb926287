import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError, skipKey, skipSpace, skipString, skipValue } from '../../src/core/json-scanner.js';

const DEEP = 200;

/** Whether the scanner takes the text as one value with white space around it, as `JSON.parse` does. */
function accepts(text: string, depth = DEEP): boolean {
  const bytes = Buffer.from(text);
  try {
    return skipSpace(bytes, skipValue(bytes, skipSpace(bytes, 0), depth)) === bytes.length;
  } catch (error) {
    expect(error).toBeInstanceOf(JsonError);
    const { position } = error as JsonError;
    expect(position).toBeGreaterThanOrEqual(0);
    expect(position).toBeLessThanOrEqual(bytes.length);
    return false;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function failure(text: string, depth = DEEP): JsonError {
  try {
    skipValue(Buffer.from(text), 0, depth);
  } catch (error) {
    return error as JsonError;
  }
  throw new Error(`accepted: ${text}`);
}

/** JSON text in many spellings: compact, indented, with odd numbers, escapes and white space. */
const spelled = fc
  .tuple(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t', '\r\n '))
  .map(([value, indent]) => JSON.stringify(value, null, indent));
const oddNumber = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?$/);
const oddString = fc.stringMatching(/^"([ -!#-[\]-~é☃]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"$/);
const json = fc.oneof(spelled, oddNumber, oddString);

const JUNK = [
  '',
  ',',
  ':',
  '"',
  '\\',
  '[',
  ']',
  '{',
  '}',
  '0',
  '-',
  '.',
  'e',
  '+',
  'u',
  '\0',
  '\n',
  'null',
  'NaN',
];

/** A few characters of a JSON text replaced by others. */
const mutated = fc
  .tuple(
    json,
    fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...JUNK)), { minLength: 1, maxLength: 3 }),
  )
  .map(([text, changes]) =>
    changes.reduce((now, [where, cut, junk]) => {
      const at = where % (now.length + 1);
      return now.slice(0, at) + junk + now.slice(at + cut);
    }, text),
  );

describe('the JSON scanner', () => {
  it('takes every JSON text', () => {
    fc.assert(
      fc.property(json, (text) => accepts(text)),
      { numRuns: 2000 },
    );
  });

  it('takes exactly what JSON.parse takes', () => {
    fc.assert(
      fc.property(
        fc.oneof(mutated, fc.string(), fc.string({ unit: fc.constantFrom(...JUNK, ' ') })),
        (text) => {
          expect(accepts(text)).toBe(parses(text));
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it.each([
    '\ufeff1',
    'NaN',
    'Infinity',
    '[1,]',
    '{"a":1,}',
    "'a'",
    '{a:1}',
    '01',
    '-',
    '-01',
    '+1',
    '.5',
    '1.',
    '1.e1',
    '1e',
    '1e+',
    '0x1',
    '"\\x"',
    '"\\u12g4"',
    '"\\u"',
    '"a\nb"',
    '"a\u001fb"',
    '"a',
    '"\\',
    '"\\"',
    'tru',
    'nul',
    'True',
    '[',
    '{',
    '{"a"',
    '{"a":',
    '{"a" 1}',
    '[1 2]',
    '{1:2}',
    '[}',
    '',
    ' ',
    '/**/1',
    '1 // x',
    '\v1',
    '\u00a01',
    '\u20281',
  ])('refuses %j, as JSON.parse does', (text) => {
    expect(parses(text)).toBe(false);
    expect(accepts(text)).toBe(false);
  });

  it('stops just after the value, whatever follows', () => {
    for (const value of ['12.5e3', '"a\\"b"', '[1,[2]]', '{"a":{"b":[]}}', 'true', 'null']) {
      expect(skipValue(Buffer.from(`x${value},7`), 1, DEEP)).toBe(value.length + 1);
    }
  });

  it.each([
    ['[1,x]', 3, 'expected a value'],
    ['{"a":1 "b"}', 7, 'expected , or }'],
    ['[1 2]', 3, 'expected , or ]'],
    ['{"a" 1}', 5, 'expected :'],
    ['{a:1}', 1, 'expected a key in double quotes'],
    ['"ab\u0001"', 3, 'a control character in a string'],
    ['[1.x]', 3, 'expected a digit'],
    ['[truE]', 1, 'expected true'],
  ])('says where and why %j is wrong', (text, position, message) => {
    expect(failure(text)).toMatchObject({ position, message });
  });

  it('opens as many levels as it may and none more', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(accepts(nested(64), 64)).toBe(true);
    expect(failure(nested(65), 64)).toMatchObject({ position: 64, message: 'nested too deeply' });
    expect(accepts('7', 0)).toBe(true);
    expect(accepts('{}', 0)).toBe(false);
  });

  it.each([
    ['[', 65],
    ['{"a":', 65],
    ['[', 5000],
    ['{"a":', 5000],
    ['[', 1_000_000],
    ['{"a":', 1_000_000],
  ])('refuses %j %i times', (opening, levels) => {
    const bytes = Buffer.from(opening.repeat(levels));
    expect(() => skipValue(bytes, 0, 64)).toThrow('nested too deeply');
  });

  it('reads a list of a million elements without a deep stack', () => {
    const text = `[${'1,'.repeat(1_000_000)}1]`;
    expect(skipValue(Buffer.from(text), 0, 1)).toBe(text.length);
  });

  it('finds the end of a key and the start of its value', () => {
    const bytes = Buffer.from('{"k\\"\\u0041" :\n [1]}');
    expect(bytes.toString('utf8', 1, skipString(bytes, 1))).toBe('"k\\"\\u0041"');
    expect(bytes[skipKey(bytes, 1)]).toBe('['.charCodeAt(0));
  });
});
