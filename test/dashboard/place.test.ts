import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hrefOf, readPlace } from '../../src/dashboard/place.js';

/** Halves of pairs and what cannot be seen among them. */
const UNIT = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.constantFrom('\u202e', '\u200d', '\u0007', '<', '"', "'", ':', '\ud83d\ude00', '%', '/', '?', '#'),
);

describe('the address of a place', () => {
  it('is read as it was written, whatever the channel is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const {
          view,
          name: read,
          query,
        } = readPlace(hrefOf('channels', name, { part: 'history', none: '' }));
        expect({ view, read, query: [...query] }).toEqual({
          view: 'channels',
          read: name,
          query: [['part', 'history']],
        });
      }),
    );
  });

  it('is never that of another page', () => {
    fc.assert(
      fc.property(fc.string({ unit: UNIT }), (name) => {
        expect(hrefOf('channels', name)).toMatch(/^#\/channels\/[^\s"<>:]*$/);
      }),
    );
  });

  it.each([[''], ['#'], ['#/'], ['#/nowhere'], ['#javascript:alert(1)'], ['#/%']])(
    'is the overview for %s',
    (hash) => {
      expect(readPlace(hash)).toMatchObject({ view: 'overview' });
    },
  );

  it('keeps slashes readable', () => {
    expect(hrefOf('channels', 'chat/room/1')).toBe('#/channels/chat/room/1');
  });

  it('that is broken does not throw', () => {
    expect(readPlace('#/channels/%e0%a4%a').name).toBe('%e0%a4%a');
  });
});
