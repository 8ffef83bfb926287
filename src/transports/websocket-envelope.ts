import type { Envelope } from './tick-writer.js';

const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;

/** An empty ping, unmasked. [RFC 6455 §5.5.2] */
export const PING = Buffer.from([0x89, 0]);

/** Each frame as one unmasked WebSocket message. [RFC 6455 §5.2] */
export const WEBSOCKET_ENVELOPE: Envelope = {
  size: ({ bytes }) => headOf(bytes.length) + bytes.length,
  write({ bytes, binary }, octets, at) {
    const { length } = bytes;
    const head = headOf(length);
    octets[at] = binary ? FIN_BINARY : FIN_TEXT;
    if (head === 2) octets[at + 1] = length;
    else if (head === 4) {
      octets[at + 1] = 126;
      octets.writeUInt16BE(length, at + 2);
    } else {
      octets[at + 1] = 127;
      octets.writeBigUInt64BE(BigInt(length), at + 2);
    }
    octets.set(bytes, at + head);
  },
};

function headOf(length: number): 2 | 4 | 10 {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}
