import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPositions, writePositions } from '../../../src/core/positions.js';
import { writeEvent } from '../../../src/protocols/sse/write-event.js';
import { EventStreamReader } from '../../support/event-stream.js';

const word = fc.stringMatching(/^[0-9a-zA-Z]{1,32}$/);
const position = fc.record({
  epoch: word,
  offset: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  token: word,
});
const positions = fc.array(fc.option(position, { nil: undefined }), { minLength: 1, maxLength: 20 });

describe('the id of an event', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(positions, (all) => {
        const text = writePositions(all);
        expect(text).toMatch(/^[0-9a-zA-Z.,]*$/);
        expect(text.length).toBeLessThanOrEqual(2048);
        if (text !== '') expect(readPositions(text, all.length)).toEqual(all);
      }),
    );
  });

  it('is nothing where it is anything else, and is never an exception', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (text, channels) => {
        const read = readPositions(text, channels);
        if (read !== undefined) expect(read).toHaveLength(channels);
      }),
    );
  });
});

describe('an event', () => {
  const json = fc.tuple(fc.json(), fc.constantFrom('', '\n', '\r', '\r\n', ' \n\r '), fc.nat({ max: 2 }));

  it('carries any JSON, with any white space, cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 5 }), fc.nat(), (texts, seed) => {
        const reader = new EventStreamReader();
        const written = texts.map(([text, space]) => `${space}[${space}${text}${space}]${space}`);
        const octets = Buffer.concat(
          written.map((text) => writeEvent({ id: 'a.1.b', data: Buffer.from(text) })),
        );
        const cut = seed % octets.length;
        reader.read(octets.subarray(0, cut));
        reader.read(octets.subarray(cut));
        expect(reader.messages).toEqual(written.map((text) => JSON.parse(text)));
        expect(new Set(reader.events.map(({ lastEventId }) => lastEventId))).toEqual(new Set(['a.1.b']));
      }),
    );
  });
});
