import type { FrameLimits } from '../../../src/protocols/stomp/frame-limits.js';
import { FrameReader, type StompFrame } from '../../../src/protocols/stomp/frame-reader.js';
import type { StompVersion } from '../../../src/protocols/stomp/version.js';

export const LIMITS: FrameLimits = {
  header: 1000,
  headers: 20,
  headerSection: 4000,
  beforeLogin: 5000,
  message: 50_000,
};

/** A frame as tests compare it: the body as Latin-1, which keeps every octet. */
export interface ReadFrame {
  readonly command: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface Reading {
  readonly frames: readonly ReadFrame[];
  readonly faults: readonly string[];
}

export function plainFrame({ command, headers, body }: StompFrame): ReadFrame {
  return { command, headers: [...headers], body: body.toString('latin1') };
}

/** What a reader makes of these pieces of a stream, after login unless the version is undefined. */
export function readFrames(
  chunks: readonly (Buffer | string)[],
  version: StompVersion | undefined,
  limits: FrameLimits = LIMITS,
): Reading {
  const frames: ReadFrame[] = [];
  const faults: string[] = [];
  const reader = new FrameReader(
    { frame: (frame) => frames.push(plainFrame(frame)), fault: ({ error }) => faults.push(error.message) },
    limits,
  );
  reader.version = version;
  if (version !== undefined) reader.admit();
  for (const chunk of chunks) reader.read(Buffer.from(chunk));
  return { frames, faults };
}

/** Each octet on its own. */
export function octetByOctet(octets: Buffer | string): Buffer[] {
  return Array.from(Buffer.from(octets), (octet) => Buffer.from([octet]));
}

/** The octets in pieces that end at the cuts. */
export function split(octets: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((cut) => cut % (octets.length + 1)), octets.length].sort((a, b) => a - b);
  return ends.map((end, i) => octets.subarray(ends[i - 1] ?? 0, end));
}
