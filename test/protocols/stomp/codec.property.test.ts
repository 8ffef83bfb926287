import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StompVersion } from '../../../src/protocols/stomp/version.js';
import { writeFrame } from '../../../src/protocols/stomp/write-frame.js';
import { octetByOctet, readFrames, split } from './read-frames.js';

const versions = fc.constantFrom<StompVersion>('1.0', '1.1', '1.2');
const cuts = fc.array(fc.nat(10_000), { maxLength: 20 });
/** Texts of whole characters, and often of those that mean something. */
const texts = fc.string({
  unit: fc.oneof(
    fc.constantFrom(':', '\\', '\n', '\r', 'n', 'c', ' ', '\0', '\t', '\ufeff'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 12,
});
const headers = fc.array(fc.tuple(texts, texts), { maxLength: 6 });
const bodies = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined });
const commands = fc.constantFrom('MESSAGE', 'SEND', 'SUBSCRIBE', 'ERROR');
const frames = fc.array(fc.tuple(commands, headers, bodies), { maxLength: 5 });

/** Pieces of frames in any order. */
const noise = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'SEND',
        'CONNECT',
        '\n',
        '\r\n',
        '\n\n',
        '\0',
        'a:b',
        'content-length:',
        '3',
        'x',
        '\\c',
        '\\',
        ':',
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Buffer.from(pieces.join('')));

/** Whether the version can say this header. */
function isSayable(version: StompVersion, [name, value]: readonly [string, string]): boolean {
  if (name === '' || name === 'content-length') return false;
  if (version === '1.0') return !/[\0\n\r]/.test(name + value) && !name.includes(':');
  return !(version === '1.1' ? /[\0\r]/ : /\0/).test(name + value);
}

/** What a reader should have of headers: the first of each name, and in 1.0 no padding. */
function wanted(version: StompVersion, given: readonly (readonly [string, string])[]) {
  const sayable = given.filter((header) => isSayable(version, header));
  const firsts = sayable.filter(([name], i) => sayable.findIndex(([other]) => other === name) === i);
  return version === '1.0' ? firsts.map(([name, value]) => [name, value.replace(/^ +/, '')]) : firsts;
}

describe('a frame', () => {
  it('is read as it was written, in every version, however the network cuts it', () => {
    fc.assert(
      fc.property(versions, frames, fc.boolean(), cuts, (version, given, trailingLf, places) => {
        const octets = Buffer.concat(
          given.map(([command, pairs, body]) => {
            const asBuffer = body && Buffer.from(body);
            return writeFrame(command, pairs, asBuffer, { version, trailingLf }).bytes;
          }),
        );
        const expected = given.map(([command, pairs, body]) => ({
          command,
          headers: [
            ...wanted(version, pairs),
            ...(body === undefined ? [] : [['content-length', String(body.length)]]),
          ],
          body: Buffer.from(body ?? []).toString('latin1'),
        }));
        expect(readFrames([octets], version)).toEqual({ frames: expected, faults: [] });
        expect(readFrames(split(octets, places), version)).toEqual({ frames: expected, faults: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('is the same or the same fault from any octets, whole, cut and octet by octet', () => {
    const maybe = fc.option(versions, { nil: undefined });
    fc.assert(
      fc.property(maybe, noise, cuts, (version, octets, places) => {
        const whole = readFrames([octets], version);
        expect(readFrames(split(octets, places), version)).toEqual(whole);
        expect(readFrames(octetByOctet(octets), version)).toEqual(whole);
        expect(whole.faults.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
  });
});
