import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible, visibleParts } from '../../src/dashboard/visible.js';

/** What must never reach the page: it moves, hides or turns the text around it. */
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/** Halves of pairs and what cannot be seen among them. */
const UNIT = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.constantFrom('\u202e', '\u200d', '\u0007', '<', '"', "'", ':', '\ud83d\ude00', '%', '/', '?', '#'),
);

describe('a text on the page', () => {
  it.each([
    ['a mark that turns what follows', 'user\u202egnp.exe', 'user\\u202egnp.exe'],
    ['an isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['what a terminal would obey', '\u001b[31mred', '\\u001b[31mred'],
    ['a space of no width', 'in\u200bvisible', 'in\\u200bvisible'],
    ['a joiner between plain letters', 'a\u200db', 'a\\u200db'],
    ['a tag beyond the first plane', 'a\u{e0041}', 'a\\u{e0041}'],
    ['half a character', 'a\ud800b', 'a\\ud800b'],
    ['NUL', '\0', '\\u0000'],
  ])('shows %s as an escape', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visibleParts(text).some(({ isEscape }) => isEscape)).toBe(true);
  });

  it.each([['Zoë and 世界'], ['👩‍👩‍👧'], ['می‌خواهم'], ['two\nlines\tand a tab'], ['<img onerror>']])(
    'stays as it is: %s',
    (text) => expect(visible(text)).toBe(text),
  );

  it('has nothing hidden in it, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: UNIT }), (text) => {
        expect(visible(text)).not.toMatch(HIDDEN);
        expect(
          visibleParts(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(visible(text));
      }),
    );
  });
});
