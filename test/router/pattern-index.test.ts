import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PatternIndex } from '../../src/router/pattern-index.js';

type Match = 'prefix' | 'wildcard';
type Pattern = readonly [Match, string];

/** What matching means, written down a second time and as slow as can be. */
function matches([match, pattern]: Pattern, name: string): boolean {
  const [wanted, given] = [pattern, name].map((text) => text.split(/[./]/)) as [string[], string[]];
  if (match === 'prefix') return given.join('/').startsWith(wanted.join('/'));
  return wanted.length === given.length && wanted.every((part, i) => part === '' || part === given[i]);
}

/** The longest prefix of whole parts first, then wildcards by the parts before each wildcard, then other prefixes. [WAMP2] */
function fitting([match, pattern]: Pattern, [otherMatch, other]: Pattern, name: string): number {
  const [rank, otherRank] = [rankOf([match, pattern], name), rankOf([otherMatch, other], name)];
  if (rank !== otherRank) return rank - otherRank;
  if (match === 'prefix') return other.length - pattern.length;
  const [own, theirs] = [portions(pattern), portions(other)];
  const at = own.findIndex((portion, i) => portion !== theirs[i]);
  return (theirs[at] ?? 0) - (own[at] ?? 0);
}

function rankOf([match, pattern]: Pattern, name: string): number {
  if (match === 'wildcard') return 1;
  const isWhole = pattern === '' || /[./]$/.test(pattern) || /^(?:[./]|$)/.test(name.slice(pattern.length));
  return isWhole && pattern !== '' ? 0 : 2;
}

/** Parts before the first wildcard, between it and the second, and so on. */
function portions(pattern: string): number[] {
  const counts = [0];
  for (const part of pattern.split(/[./]/)) {
    if (part === '') counts.push(0);
    else counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
  }
  return counts;
}

const key = ([match, pattern]: Pattern) => `${match} ${pattern.replaceAll('.', '/')}`;

describe('a pattern index', () => {
  it.each<[string, Match, string, boolean]>([
    ['com.myapp.topic.emergency-low', 'prefix', 'com.myapp.topic.emergency', true],
    ['com.myapp.topic.emerge', 'prefix', 'com.myapp.topic.emergency', false],
    ['com.myapp.foo.userevent', 'wildcard', 'com.myapp..userevent', true],
    ['com.myapp.foo.userevent.bar', 'wildcard', 'com.myapp..userevent', false],
    ['com.myapp2.foo.userevent', 'wildcard', 'com.myapp..userevent', false],
    ['com/myapp/foo/userevent', 'wildcard', 'com.myapp..userevent', true],
    ['com.myapp.x', 'prefix', 'com/myapp/', true],
    ['anything', 'prefix', '', true],
    ['anything', 'wildcard', '', true],
    ['two.parts', 'wildcard', '', false],
    ['constructor/__proto__', 'wildcard', '/__proto__', true],
    ['a', 'prefix', '__proto__', false],
  ])('%s matches the %s %s: %s', (name, match, pattern, expected) => {
    const index = new PatternIndex<string>();
    index.add(match, pattern, 'x');
    expect(index.matches(name)).toEqual(expected ? ['x'] : []);
  });

  // The example means whole parts by a prefix, and the text beside it does not: with the dot both mean the same.
  it.each([
    ['a1.b2.c3.d98.e74', 'a1.b2.c3.'],
    ['a1.b2.c3.d4.e325', 'a1.b2.c3.d4.'],
    ['a1.b2.c55.d4.e5', 'a1.b2..d4.e5'],
    ['a1.b2.c33.d4.e5', 'a1.b2.c33..e5'],
    ['a1.b2.c88.d4.e5.f6.g7', 'a1.b2..d4.e5..g7'],
    ['a2.b2.c2.d2.e2', undefined],
  ])('gives for %s first %s, as in the example of the specification', (name, first) => {
    const index = new PatternIndex<string>();
    const patterns: Pattern[] = [
      ['prefix', 'a1.b2.c3.'],
      ['prefix', 'a1.b2.c3.d4.'],
      ['wildcard', 'a1.b2..d4.e5'],
      ['wildcard', 'a1.b2.c33..e5'],
      ['wildcard', 'a1.b2..d4.e5..g7'],
      ['wildcard', 'a1.b2..d4..f6.g7'],
    ];
    for (const [match, pattern] of patterns) index.add(match, pattern, pattern);
    expect(index.matches(name)[0]).toBe(first);
  });

  const word = fc.constantFrom('', 'a', 'b', 'ab', 'é', '__proto__');
  const name = fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 5 }), fc.constantFrom('.', '/'))
    .map(([parts, separator]) => parts.join(separator));
  const pattern: fc.Arbitrary<Pattern> = fc.tuple(fc.constantFrom('prefix', 'wildcard'), name);

  it('finds what a search of all patterns finds, in the order of fitness, as they come and go', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), pattern)), fc.array(name), (changes, names) => {
        const { index, model } = changed(changes);
        for (const one of names) {
          const wanted = [...model.values()]
            .filter((each) => matches(each, one))
            .sort((a, b) => fitting(a, b, one));
          expect(index.matches(one)).toEqual(wanted);
          found += wanted.length;
        }
        for (const one of model.values()) index.delete(...one);
        expect([index.size, ...names.flatMap((one) => index.matches(one))]).toEqual([0]);
      }),
      { numRuns: 3000 },
    );
    expect(found).toBeGreaterThan(500);
  });
});

/** An index after patterns have come and gone, and what should be in it. */
function changed(changes: readonly (readonly [boolean, Pattern])[]) {
  const index = new PatternIndex<Pattern>();
  const model = new Map<string, Pattern>();
  for (const [comes, one] of changes) {
    if (comes && !model.has(key(one))) {
      index.add(...one, one);
      model.set(key(one), one);
    } else if (!comes) {
      index.delete(...one);
      model.delete(key(one));
    }
    expect(index.get(...one)).toBe(model.get(key(one)));
  }
  expect(index.size).toBe(model.size);
  return { index, model };
}
