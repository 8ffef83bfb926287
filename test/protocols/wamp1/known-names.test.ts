import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPublish } from '../../../src/protocols/wamp1/publish-frame.js';

const DEPTH = 8;

const channelIn = (frame: string) => readPublish(Buffer.from(frame), DEPTH).channel;
const frameOf = (name: string) => `[7,${name},1]`;

describe('a channel that a peer publishes to', () => {
  it('is read as JSON says, however often and after whichever others', () => {
    const character = fc.constantFrom('a', 'b', '/', 'é', 'Ã', '©', '\\', '"', '\u0001', '€', '𝄞');
    const name = fc.string({ unit: character, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(name, { minLength: 2, maxLength: 20 }), (names) => {
        for (const text of [...names, ...names]) expect(channelIn(frameOf(JSON.stringify(text)))).toBe(text);
      }),
    );
  });

  it('is not taken for another whose characters have the values of its octets', () => {
    const octets = Buffer.from('é').toString('latin1');
    expect(channelIn(frameOf(JSON.stringify(octets)))).toBe('Ã©');
    expect(channelIn(frameOf('"é"'))).toBe('é');
    expect(channelIn(frameOf(String.raw`"\u0041"`))).toBe('A');
    expect(channelIn(frameOf('"A"'))).toBe('A');
  });

  it('may be long', () => {
    for (const length of [127, 128, 129, 4000]) {
      const name = 'x'.repeat(length);
      for (let i = 0; i < 3; i++) expect(channelIn(frameOf(`"${name}"`))).toBe(name);
    }
  });
});
