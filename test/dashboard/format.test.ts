import { describe, expect, it } from 'vitest';
import { bytes, count, percent, rate, span, whoOf } from '../../src/dashboard/format.js';
import { cut, payloadLine, payloadText } from '../../src/dashboard/payload-text.js';

describe('a figure', () => {
  it('is written as people read it', () => {
    expect([count(1_234_567), rate(0.25), rate(1_234.5), percent(0.356)]).toEqual([
      '1,234,567',
      '0.3',
      '1,235',
      '35.6 %',
    ]);
    expect([0, 999, 12_500, 3_400_000_000].map(bytes)).toEqual(['0 B', '999 B', '12.5 kB', '3.4 GB']);
    expect([0, 999, 61_000, 3_600_000, 90_061_000].map(span)).toEqual([
      '0 s',
      '1 s',
      '1 min 1 s',
      '1 h',
      '1 d 1 h',
    ]);
  });
});

describe('who somebody is', () => {
  it('is said in words', () => {
    expect(whoOf({ kind: 'user', id: '5' })).toBe('user 5');
    expect(whoOf({ kind: 'anonymous' })).toBe('anonymous');
    expect(whoOf({ kind: 'backend', id: 'backend' })).toBe('backend');
    expect(whoOf(undefined)).toBe('unknown');
  });
});

describe('a payload', () => {
  it('is indented JSON, or the text that it is', () => {
    expect(payloadText({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(payloadText('<b>')).toBe('<b>');
    expect(payloadText(undefined)).toBe('');
  });

  it('fits into a line', () => {
    expect(payloadLine({ a: 1 })).toBe('{"a":1}');
    expect(payloadLine(`a\n${'b'.repeat(1_000)}`)).toHaveLength(161);
  });

  it('is never cut within a character', () => {
    expect(cut('ab👍', 3)).toBe('ab…');
    expect(cut('ab👍', 4)).toBe('ab👍');
  });
});
