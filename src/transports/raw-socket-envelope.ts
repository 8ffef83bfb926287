import type { Envelope } from './tick-writer.js';

/** Octets before each payload. */
export const HEAD = 4;

/** What a frame is. */
export const FRAME_TYPE = { message: 0, ping: 1, pong: 2 } as const;

/** The longest payload, which has a bit of its own. */
export const LONGEST = 2 ** 24;
export const LONGEST_BIT = 0x08;

/** Each frame as one message of RawSocket; none is over `LONGEST`. [WAMP2 §RawSocket Transport] */
export const RAW_SOCKET_ENVELOPE: Envelope = {
  size: ({ bytes }) => HEAD + bytes.length,
  write({ bytes }, octets, at) {
    writeHead(octets, at, { type: FRAME_TYPE.message, length: bytes.length });
    octets.set(bytes, at + HEAD);
  },
};

/** One frame of its own. */
export function rawSocketFrame(type: number, payload: Buffer): Buffer {
  const octets = Buffer.allocUnsafe(HEAD + payload.length);
  writeHead(octets, 0, { type, length: payload.length });
  octets.set(payload, HEAD);
  return octets;
}

function writeHead(octets: Buffer, at: number, { type, length }: { type: number; length: number }): void {
  octets[at] = length === LONGEST ? type | LONGEST_BIT : type;
  octets.writeUIntBE(length === LONGEST ? 0 : length, at + 1, 3);
}
