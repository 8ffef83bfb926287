import type { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { MessageReader } from '../../src/transports/message-reader.js';

const LIMIT = 300;
const Receiver = (
  ws as unknown as { Receiver: new (options: object) => EventEmitter & { write(octets: Buffer): void } }
).Receiver;

/** What `ws` makes of octets, until it gives up. */
function createReceiver(log: string[]): { write(octets: Buffer): void } {
  const receiver = new Receiver({ isServer: true, maxPayload: LIMIT, allowSynchronousEvents: true });
  let ended = false;
  const note = (event: string) => (data: Buffer | Error | number, more?: unknown) => {
    if (ended) return;
    const text =
      data instanceof Error
        ? (data as Error & { code?: string }).code
        : Buffer.isBuffer(data)
          ? data.toString('hex')
          : String(data);
    log.push(`${event} ${text} ${Buffer.isBuffer(more) ? more.toString('hex') : more}`);
    ended ||= event === 'error' || event === 'conclude';
  };
  for (const event of ['message', 'ping', 'pong', 'conclude', 'error']) receiver.on(event, note(event));
  return { write: (octets) => !ended && receiver.write(octets) };
}

const frameArbitrary = fc
  .record({
    // Mostly what a client may send, sometimes what it must not.
    first: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(0x81, 0x82) },
      { weight: 4, arbitrary: fc.constantFrom(0x01, 0x02, 0x00, 0x80, 0x89, 0x8a) },
      { weight: 1, arbitrary: fc.constantFrom(0x88, 0x83, 0xc1, 0x09, 0x91, 0x8f) },
    ),
    masked: fc.oneof(
      { weight: 20, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    mask: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    payload: fc.oneof(
      { weight: 6, arbitrary: fc.string({ maxLength: 140 }).map((text) => Buffer.from(text)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)) },
      {
        weight: 1,
        arbitrary: fc.integer({ min: 120, max: LIMIT + 5 }).map((size) => Buffer.alloc(size, 'ä')),
      },
    ),
    /** Lengths may be written longer than needed. */
    form: fc.oneof(
      { weight: 10, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(2, 8) },
    ),
  })
  .map(({ first, masked, mask, payload, form }) => {
    const size = Math.max(form, payload.length < 126 ? 0 : 2);
    const head = Buffer.alloc(2 + size);
    head[0] = first;
    head[1] = (masked ? 0x80 : 0) | (size === 0 ? payload.length : size === 2 ? 126 : 127);
    if (size === 2) head.writeUInt16BE(payload.length, 2);
    if (size === 8) head.writeBigUInt64BE(BigInt(payload.length), 2);
    if (!masked) return Buffer.concat([head, payload]);
    return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ (mask[i & 3] ?? 0))]);
  });

/** The stream cut anywhere, as the network does. */
function cut(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((place) => place % (stream.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((place, i) => Buffer.from(stream.subarray(place, places[i] ?? stream.length)));
}

function readByUs(chunks: readonly Buffer[]): { log: string[]; direct: number } {
  const log: string[] = [];
  const receiver = createReceiver(log);
  let direct = 0;
  const over = () => /^(error|conclude)/.test(log.at(-1) ?? '');
  const reader = new MessageReader(
    {
      message(data, binary) {
        if (over()) return;
        direct++;
        log.push(`message ${data.toString('hex')} ${binary}`);
      },
      others(octets) {
        const before = log.length;
        receiver.write(Buffer.from(octets));
        return log.slice(before).filter((line) => line.startsWith('message')).length;
      },
    },
    LIMIT,
  );
  for (const chunk of chunks) reader.read(chunk);
  return { log, direct };
}

function readByWs(stream: Buffer): string[] {
  const log: string[] = [];
  createReceiver(log).write(Buffer.from(stream));
  return log;
}

describe('the message reader', () => {
  it('says what ws alone says, of any frames cut anywhere', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.array(frameArbitrary, { maxLength: 12 }),
        fc.array(fc.nat(4000), { maxLength: 8 }),
        (frames, cuts) => {
          const stream = Buffer.concat(frames);
          const { log, direct } = readByUs(cut(stream, cuts));
          expect(log).toEqual(readByWs(stream));
          taken += direct;
        },
      ),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(2000);
  });

  it('says the same when every octet comes alone', () => {
    fc.assert(
      fc.property(fc.array(frameArbitrary, { maxLength: 5 }), (frames) => {
        const stream = Buffer.concat(frames);
        const { log } = readByUs([...stream].map((byte) => Buffer.from([byte])));
        expect(log).toEqual(readByWs(stream));
      }),
      { numRuns: 500 },
    );
  });

  it('says the same of arbitrary octets', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(200), { maxLength: 4 }),
        (bytes, cuts) => {
          const stream = Buffer.from(bytes);
          expect(readByUs(cut(stream, cuts)).log).toEqual(readByWs(stream));
        },
      ),
      { numRuns: 5000 },
    );
  });
});
