import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegexFault } from '../../src/config/regex/fault.js';
import { RegexJudge } from '../../src/config/regex/judge.js';
import { surelyLinear } from '../../src/config/regex/linear.js';
import { parseRegex } from '../../src/config/regex/parser.js';
import { readRequirement } from '../../src/config/regex/requirement-regex.js';
import { print } from '../../src/config/regex/syntax.js';

describe('an expression of PCRE', () => {
  it.each([
    ['\\d+', '\\d+'],
    ['(\\d+)-(a|b)', '(?:\\d+)-(?:a|b)'],
    ['[\\w\\-\\.]+', '[\\w\\-\\.]+'],
    ['a\\:b\\@c\\#', 'a:b@c#'],
    ['[]a]', '[\\]a]'],
    ['[^]a]', '[^\\]a]'],
    ['[\\w-.]', '[\\w\\-.]'],
    ['[a-]', '[a-]'],
    ['[^-\\w]', '[^-\\w]'],
    ['[a-z0-9-]+', '[a-z0-9-]+'],
    ['[+--]', '[+-\\-]'],
    ['a{,3}', 'a\\{,3\\}'],
    ['a{b}', 'a\\{b\\}'],
    ['x]', 'x\\]'],
    ['\\x41\\x{42}', '\\u0041\\u0042'],
    ['a\\/b', 'a/b'],
    ['a{2}b{2,}c{2,3}d??', 'a{2}b{2,}c{2,3}d??'],
    ['(?=a)b(?!c)(?<=d)(?<!e)', '(?=a)b(?!c)(?<=d)(?<!e)'],
    ['', ''],
    ['a||b', 'a||b'],
  ])('%s is written as JavaScript has it', (text, written) => {
    expect(print(parseRegex(text))).toBe(written);
  });

  it.each([
    ['[^/]++', 'pcre-only', 5],
    ['a*+', 'pcre-only', 2],
    ['(?>a)', 'pcre-only', 0],
    ['x(?i)a', 'pcre-only', 1],
    ['(?i:a)', 'pcre-only', 0],
    ['(?P<x>a)', 'pcre-only', 0],
    ["(?'x'a)", 'pcre-only', 0],
    ['(?<x>a)', 'pcre-only', 0],
    ['(?#x)', 'pcre-only', 0],
    ['(?R)', 'pcre-only', 0],
    ['(?|a)', 'pcre-only', 0],
    ['(*FAIL)', 'pcre-only', 0],
    ['\\Aa', 'pcre-only', 0],
    ['a\\z', 'pcre-only', 1],
    ['\\h+', 'pcre-only', 0],
    ['[\\h]', 'pcre-only', 1],
    ['\\Qa\\E', 'pcre-only', 0],
    ['[[:alpha:]]+', 'pcre-only', 1],
    ['(a)\\1', 'pcre-only', 3],
    ['\\p{L}', 'pcre-only', 0],
    ['a^b', 'anchor-inside', 1],
    ['a$|b', 'anchor-inside', 1],
    ['(a', 'invalid-regex', 0],
    ['a)', 'invalid-regex', 1],
    ['[a', 'invalid-regex', 0],
    ['[z-a]', 'invalid-regex', 1],
    ['+a', 'invalid-regex', 0],
    ['a**', 'invalid-regex', 2],
    ['a{3,2}', 'invalid-regex', 1],
    ['a\\', 'invalid-regex', 1],
    ['\\y', 'invalid-regex', 0],
    ['a\\01', 'invalid-regex', 1],
    ['[\\01]', 'invalid-regex', 1],
    ['\\b+', 'invalid-regex', 0],
    ['[😀]', 'invalid-regex', 1],
  ])('%s is refused as %s at %i', (text, code, index) => {
    expect(faultOf(text)).toMatchObject({ code, index });
  });

  it('may use Unicode properties and characters of any plane with the option utf8', () => {
    expect(print(parseRegex('\\p{L}+[😀-😎\\p{Lu}]', true))).toBe('\\p{L}+[😀-😎\\p{Lu}]');
    expect(faultOf('\\p{Nonsense}', true)).toMatchObject({ code: 'pcre-only' });
    expect(faultOf('[\\p{Nonsense}]', true)).toMatchObject({ code: 'pcre-only' });
  });

  it('loses one anchor at each end', () => {
    expect(readRequirement('^\\d+$', false).text).toBe('\\d+');
    expect(readRequirement('a\\$', false).text).toBe('a\\$');
    expect(() => readRequirement('^^a', false)).toThrow(RegexFault);
  });

  it('matches the same with and without the flag u, and compiles, whatever it was', () => {
    // By character: a file in UTF-8 has no half of one.
    const piece = fc.constantFrom(...'abc/-.^$|()[]{}*+?\\dwsxuAz0129,:<>=!é😀 \t');
    fc.assert(
      fc.property(
        fc.string({ unit: piece, maxLength: 14 }),
        fc.string({ unit: piece, maxLength: 6 }),
        (text, sample) => {
          const written = tryPrint(text);
          if (written === undefined) return;
          const plain = new RegExp(`^(?:${written})$`, 's');
          new RegExp(`^(?:${written})$`, 'su');
          expect(print(parseRegex(written))).toBe(written);
          if (!/[^\x00-\x7f]/.test(sample + text)) {
            expect(new RegExp(`^(?:${written})$`, 'su').test(sample)).toBe(plain.test(sample));
          }
        },
      ),
      { numRuns: 5000 },
    );
  });
});

const LINEAR = [
  '\\d+',
  '\\w+',
  '[a-z0-9_-]+',
  '[a-z]{2,10}',
  'send|edit|delete',
  'a|a',
  '.+',
  '.*',
  '[^/]+',
  '\\d+\\.\\d+',
  '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  '(?:0|[1-9][0-9]*)',
  '[a-z]+(?:-[a-z]+)*',
  '\\d{1,255}',
  '(?:a|b)+c?',
];

const CATASTROPHIC = [
  '(\\d+)+',
  '(a|a)+',
  '([a-zA-Z0-9]+\\s?)+',
  '(?:.*,){11}P',
  '\\d+\\d+\\d+\\d+x',
  '.*a.*b.*c.*d.*e',
  '(\\w+)+x',
  '([a-z]+)*[0-9]',
  '(a*)*b',
  '(a|b|ab)*c',
  '(?:a?){30}a{30}',
];

describe('the time an expression takes', () => {
  it.each(LINEAR)('%s is seen to be linear at once', (text) => {
    expect(surelyLinear(parseRegex(text))).toBe(true);
  });

  it.each(CATASTROPHIC)('%s is never taken for linear, and judged catastrophic', async (text) => {
    const tree = parseRegex(text);
    expect(surelyLinear(tree)).toBe(false);
    const judge = new RegexJudge();
    const verdict = await judge.judge(`^(?:${print(tree)})$`, 's');
    await judge.close();
    expect(verdict).toMatchObject({ kind: 'catastrophic' });
  });

  it('is judged linear for expressions that are, if not so plainly', async () => {
    const judge = new RegexJudge();
    for (const text of ['(?:\\w+\\.)*\\w+', '(?:[a-z]+\\.)*[a-z]+', '\\w+[a-z]']) {
      expect(await judge.judge(`^(?:${print(parseRegex(text))})$`, 's')).toEqual({ kind: 'safe' });
    }
    await judge.close();
  });

  it('is linear for whatever is seen to be linear at once', async () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '\\d',
      '[a-z]',
      '.',
      '(?:a|b)',
      '(?:ab)',
      '(?:a+b)',
      '(?:a?b)',
      '(?:a|ab)',
    );
    const times = fc.constantFrom('', '+', '*', '?', '{2}', '{1,3}', '{2,}');
    const item = fc.tuple(atom, times).map((pair) => pair.join(''));
    const group = fc
      .tuple(fc.array(item, { minLength: 1, maxLength: 3 }), times)
      .map(([items, n]) => `(?:${items.join('')})${n}`);
    const sure = fc
      .array(fc.oneof(item, group), { minLength: 1, maxLength: 4 })
      .map((items) => items.join(''))
      .filter((text) => surelyLinear(parseRegex(text)));
    const judge = new RegexJudge();
    await fc.assert(
      fc.asyncProperty(sure, async (text) => {
        const verdict = await judge.judge(`^(?:${text})$`, 's');
        expect(verdict.kind === 'catastrophic' ? `${text}: ${verdict.attack}` : 'fine').toBe('fine');
      }),
      { numRuns: 50 },
    );
    await judge.close();
  }, 60_000);

  it('is unknown, not endless, where the judge fails', async () => {
    const judge = new RegexJudge();
    expect(await judge.judge('^(?:a++)$', 's')).toMatchObject({ kind: 'unknown' });
    expect(await judge.judge('^(?:b)$', 's')).toEqual({ kind: 'safe' });
    await judge.close();
  });
});

function faultOf(text: string, utf8 = false): unknown {
  try {
    parseRegex(text, utf8);
  } catch (fault) {
    expect(fault).toBeInstanceOf(RegexFault);
    return fault;
  }
  return undefined;
}

function tryPrint(text: string): string | undefined {
  try {
    return print(parseRegex(text));
  } catch (fault) {
    expect(fault).toBeInstanceOf(RegexFault);
    return undefined;
  }
}
