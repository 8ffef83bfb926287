import { describe, expect, it } from 'vitest';
import { areChannelPatterns, isChannelPattern } from '../../src/core/channel-pattern.js';

describe('a pattern of channels', () => {
  it.each(['news', 'news/*', '*/news', '*', '**', 'news/**', '*/x/**', 'a.b:c', 'x'.repeat(255)])(
    'can be %s',
    (text) => {
      expect(isChannelPattern(text)).toBe(true);
    },
  );

  it.each(['', '**/news', 'news/a*', '*a', '***', 'news/**/', 'a**', 'x'.repeat(256), 'é'.repeat(128)])(
    'cannot be %j',
    (text) => {
      expect(isChannelPattern(text)).toBe(false);
    },
  );

  it('comes in lists of at most 100', () => {
    expect(areChannelPatterns([])).toBe(true);
    expect(areChannelPatterns(Array.from({ length: 100 }, String))).toBe(true);
    expect(areChannelPatterns(Array.from({ length: 101 }, String))).toBe(false);
    for (const value of [undefined, null, 'news', { 0: 'news' }, [7], [['news']]])
      expect(areChannelPatterns(value)).toBe(false);
  });
});
