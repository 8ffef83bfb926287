import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelMatches } from '../../src/core/channel-pattern.js';

describe('a pattern of channels', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/bc', false],
    ['a/b', 'a', false],
    ['a', 'a/b', false],
    ['a/*', 'a/b', true],
    ['a/*', 'a/', true],
    ['a/*', 'a/b/c', false],
    ['a/*/c', 'a/b/c', true],
    ['*', 'a', true],
    ['*', 'a/b', false],
    ['a/**', 'a/b', true],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a', false],
    ['**', 'a/b/c', true],
    ['a/**/c', 'a/b/c', false],
    ['a/b*', 'a/bc', false],
    ['a/b*', 'a/b*', true],
    ['oro/email_event/5/*', 'oro/email_event/5/*', true],
    ['a.b', 'axb', false],
    ['', 'a', false],
  ])('%s and %s: %s', (pattern, channel, matches) => {
    expect(channelMatches(pattern, channel)).toBe(matches);
  });

  it('without stars is a channel, whatever is in it', () => {
    const text = fc.string().filter((one) => !one.includes('*'));
    fc.assert(
      fc.property(text, text, (pattern, channel) => {
        expect(channelMatches(pattern, channel)).toBe(pattern === channel);
      }),
    );
  });
});
