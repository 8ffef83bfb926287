import { describe, expect, it } from 'vitest';
import { durationInWords, safeText, timeInWords } from '../../../src/app/cli/in-words.js';

describe('a time in words', () => {
  it.each([
    [0, '0s'],
    [0.4, '0s'],
    [-5, '5s'],
    [252, '4m 12s'],
    [240, '4m'],
    [3600, '1h'],
    [3605, '1h'],
    [3665, '1h 1m'],
    [90_061, '1d 1h'],
    [86_400 * 400, '400d'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(durationInWords(seconds)).toBe(words);
  });

  it('says on which side of now it lies', () => {
    const now = 1_800_000_000;
    expect(timeInWords(now + 60, now)).toBe('in 1m (2027-01-15T08:01:00Z)');
    expect(timeInWords(now - 180, now)).toBe('3m ago (2027-01-15T07:57:00Z)');
    expect(timeInWords(1e300, now)).toContain('(no date)');
  });
});

it('a text from elsewhere cannot move the cursor, hide or turn', () => {
  expect(safeText('anna é 日本')).toBe('anna é 日本');
  expect(safeText('a\u001b[2Jb\r\u202ec\u200b')).toBe('a\\u{1b}[2Jb\\u{d}\\u{202e}c\\u{200b}');
});
