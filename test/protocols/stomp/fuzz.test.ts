import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StompVersion } from '../../../src/protocols/stomp/version.js';
import { writeFrame } from '../../../src/protocols/stomp/write-frame.js';
import { LIMITS, octetByOctet, type ReadFrame, type Reading, readFrames, split } from './read-frames.js';
import { streams } from './streams.js';

/** To look further: FUZZ_INPUTS=1000000 and FUZZ_SEED=2, 3, … The same seed gives the same inputs. */
const inputs = Number(process.env['FUZZ_INPUTS'] ?? 5000);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

/** Inputs that are made at a time. */
const BATCH = 1000;
const VERSIONS = ['1.0', '1.1', '1.2'] as const;
/** Octets by which the heap may differ from its size after the first batches, whatever their number. */
const HEAP = 16 * 2 ** 20;

const small = { ...LIMITS, header: 200, headerSection: 400, message: 500, beforeLogin: 600 };

interface Input {
  readonly version: StompVersion | undefined;
  readonly octets: Buffer;
  readonly cuts: readonly number[];
}

const arbitrary: fc.Arbitrary<Input> = fc.record({
  version: fc.constantFrom(undefined, ...VERSIONS),
  octets: streams,
  cuts: fc.array(fc.nat(2000), { maxLength: 12 }),
});

/** Reads an input in three ways, and passes its frames on to subscribers of every version. Throws what is wrong. */
function examine({ version, octets, cuts }: Input): Reading {
  const whole = readFrames([octets], version, small);
  const expected = JSON.stringify(whole);
  for (const chunks of [split(octets, cuts), octetByOctet(octets)]) {
    const other = JSON.stringify(readFrames(chunks, version, small));
    if (other !== expected) throw new Error(`cut: ${other} whole: ${expected}`);
  }
  if (whole.faults.length > 1) throw new Error('more than one fault');
  for (const frame of whole.frames) examineFrame(frame);
  return whole;
}

function examineFrame(frame: ReadFrame): void {
  const { headers, body } = frame;
  if (headers.length > small.headers || body.length > small.message) throw new Error('over a limit');
  for (const version of VERSIONS) passOn(frame, version);
}

/** A subscriber gets one frame with the same body, and no header that was not sent. */
function passOn({ headers, body }: ReadFrame, version: StompVersion): void {
  const octets = Buffer.from(body, 'latin1');
  const { bytes } = writeFrame('MESSAGE', headers, octets, { version, trailingLf: true });
  const { frames, faults } = readFrames([bytes], version);
  const [arrived] = frames;
  if (faults.length > 0 || frames.length !== 1 || arrived?.body !== body)
    throw new Error(`${version}: ${JSON.stringify({ sent: headers, frames, faults })}`);
  const sent = new Map(headers).set('content-length', String(octets.length));
  for (const [name, value] of arrived.headers) {
    const meant = sent.get(name);
    if (value !== meant && value !== meant?.replace(/^ +/, ''))
      throw new Error(`${version}: ${name} ${value} forged`);
  }
}

function collectedHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe(`${inputs} random and mutated streams`, () => {
  it('give the same frames however they are cut, forge nothing, and leave nothing behind', {
    timeout: 3_600_000,
  }, () => {
    let [frames, faults, heap] = [0, 0, 0];
    for (let done = 0, batch = 0; done < inputs; done += BATCH, batch++) {
      const numRuns = Math.min(BATCH, inputs - done);
      for (const input of fc.sample(arbitrary, { seed: seed * 1_000_003 + batch, numRuns })) {
        const reading = examine(input);
        frames += reading.frames.length;
        faults += reading.faults.length;
      }
      if (batch === 1) heap = collectedHeap();
    }
    expect(collectedHeap() - heap).toBeLessThan(HEAP);
    // streams that are all nonsense, or none, would prove little
    expect(frames).toBeGreaterThan(inputs / 4);
    expect(faults).toBeGreaterThan(inputs / 10);
    console.log(`${inputs} streams: ${frames} frames, ${faults} faults`);
  });
});
