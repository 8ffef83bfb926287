import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventReader } from '../../src/dashboard/event-reader.js';

const EVENTS = [
  { event: 'overview', data: { a: 1 } },
  { event: 'message', data: 'text' },
  { event: 'publication', data: { payload: 'event: forged\n\n' } },
];
const STREAM = `: hello\n\nevent: overview\ndata: {"a":1}\n\ndata: "text"\r\n\r\nevent: publication\nid: 4\ndata: ${JSON.stringify(
  EVENTS[2]?.data,
)}\n\n`;

describe('a stream of events', () => {
  it('is read the same in whatever pieces it arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: STREAM.length })), (cuts) => {
        const reader = new EventReader();
        const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const pieces = places.slice(1).map((end, index) => STREAM.slice(places[index], end));
        expect(pieces.flatMap((piece) => reader.read(piece))).toEqual(EVENTS);
      }),
    );
  });

  it('is read on after an event that is not JSON', () => {
    expect(new EventReader().read('data: {\n\ndata: 1\n\n')).toEqual([{ event: 'message', data: 1 }]);
  });

  it('with an event that does not end is given up', () => {
    const reader = new EventReader();
    expect(() => {
      for (let i = 0; i < 10; i++) reader.read('x'.repeat(1_000_000));
    }).toThrow('does not end');
  });
});
