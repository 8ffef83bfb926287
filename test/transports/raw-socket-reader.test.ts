import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Disconnect } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import { RAW_SOCKET_ENVELOPE } from '../../src/transports/raw-socket-envelope.js';
import { RawSocketReader } from '../../src/transports/raw-socket-reader.js';
import { rawFrame } from '../support/raw-socket-peer.js';

const LIMIT = 20_000;
const MEBI16 = 2 ** 24;

function read(chunks: readonly Buffer[], limit = LIMIT) {
  const frames: (readonly [number, string])[] = [];
  const faults: Disconnect[] = [];
  const reader = new RawSocketReader(
    {
      frame: (type, payload) => frames.push([type, payload.toString('latin1')]),
      fault: (why) => faults.push(why),
    },
    limit,
  );
  for (const chunk of chunks) reader.read(chunk);
  return { frames, faults };
}

/** The octets in pieces that end at the cuts. */
function split(octets: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((cut) => cut % (octets.length + 1)), octets.length].sort((a, b) => a - b);
  return ends.map((end, i) => octets.subarray(ends[i - 1] ?? 0, end));
}

const frame = fc.tuple(fc.nat(2), fc.uint8Array({ maxLength: 9000, size: 'max' }));
const short = fc.tuple(fc.nat(2), fc.uint8Array({ maxLength: 40 }));
const cuts = fc.array(fc.nat(60_000), { maxLength: 20 });

describe('the reader of RawSocket', () => {
  it('finds the same frames wherever the network cuts them', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, short), { maxLength: 6 }), cuts, (frames, places) => {
        const octets = Buffer.concat(frames.map(([type, payload]) => rawFrame(type, Buffer.from(payload))));
        const wanted = frames.map(([type, payload]) => [type, Buffer.from(payload).toString('latin1')]);
        expect(read([octets])).toEqual({ frames: wanted, faults: [] });
        expect(read(split(octets, places))).toEqual({ frames: wanted, faults: [] });
      }),
    );
  });

  it('finds them octet by octet', () => {
    fc.assert(
      fc.property(fc.array(short, { maxLength: 6 }), (frames) => {
        const octets = Buffer.concat(frames.map(([type, payload]) => rawFrame(type, Buffer.from(payload))));
        const one = Array.from(octets, (octet) => Buffer.from([octet]));
        expect(read(one).frames).toEqual(
          frames.map(([type, payload]) => [type, Buffer.from(payload).toString('latin1')]),
        );
      }),
    );
  });

  it('says the same of arbitrary octets whole and cut, and nothing after a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (octets, places) => {
        const whole = read([Buffer.from(octets)], 64);
        expect(read(split(Buffer.from(octets), places), 64)).toEqual(whole);
        expect(read([Buffer.from(octets), rawFrame(0, 'more')], 64).faults).toEqual(
          whole.faults.length > 0 ? whole.faults : expect.anything(),
        );
        expect(whole.faults.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([
    ['reserved bits', [0x10, 0, 0, 0], 4501, /reserved bits/],
    ['a reserved type', [3, 0, 0, 0], 4501, /unknown type/],
    ['the bit for 16 MiB beside a length', [8, 0, 0, 1], 4501, /two lengths/],
    ['a message over the limit', [0, 0, 0x4e, 0x21], 1009, /limits\.message/],
    ['a ping over the limit', [1, 0xff, 0xff, 0xff], 1009, /limits\.message/],
    ['16 MiB over the limit', [8, 0, 0, 0], 1009, /limits\.message/],
  ])('ends at %s, before any of the payload has arrived', (_text, head, code, reason) => {
    for (const chunks of [[Buffer.from(head)], head.map((octet) => Buffer.from([octet]))]) {
      const { faults, frames } = read([rawFrame(0, 'before'), ...chunks, rawFrame(0, 'after')]);
      expect(faults).toEqual([expect.objectContaining({ code, reason: expect.stringMatching(reason) })]);
      expect(frames).toEqual([[0, 'before']]);
    }
  });

  it('takes a message of exactly the limit, and of exactly 16 MiB', () => {
    expect(read([rawFrame(0, Buffer.alloc(LIMIT))]).frames).toHaveLength(1);
    const payload = Buffer.alloc(MEBI16, 'x');
    const octets = Buffer.concat([Buffer.from([8, 0, 0, 0]), payload]);
    const { frames, faults } = read(split(octets, [3, 5, 70_000, 9_000_000]), MEBI16);
    expect(faults).toEqual([]);
    expect(frames.map(([type, { length }]) => [type, length])).toEqual([[0, MEBI16]]);
    expect(frames[0]?.[1] === payload.toString('latin1')).toBe(true);
  });

  it('holds little for a peer that announces much and sends nothing', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 200 }, () => {
      const reader = new RawSocketReader({ frame: () => undefined, fault: () => undefined }, MEBI16);
      reader.read(Buffer.from([0, 0xff, 0xff, 0xff, 1]));
      return reader;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 8192);
    expect(readers).toHaveLength(200);
  });
});

describe('the envelope of RawSocket', () => {
  it.each([0, 1, 255, 256, 65_536, MEBI16 - 1, MEBI16])('is read again with %d octets', (size) => {
    const frame = new Frame(Buffer.alloc(size, 'x'), true);
    const octets = Buffer.alloc(RAW_SOCKET_ENVELOPE.size(frame));
    RAW_SOCKET_ENVELOPE.write(frame, octets, 0);
    const { frames, faults } = read([octets], MEBI16);
    expect(faults).toEqual([]);
    expect(frames.map(([type, { length }]) => [type, length])).toEqual([[0, size]]);
  });
});
