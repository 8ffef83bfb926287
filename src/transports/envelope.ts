import type { Frame } from '../core/frame.js';

const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;

/** The frame as one unmasked WebSocket message, made once and kept on the frame. [RFC 6455 §5.2] */
export function envelope(frame: Frame): Buffer {
  return (frame.framed ??= wrap(frame.bytes, frame.binary ? FIN_BINARY : FIN_TEXT));
}

function wrap(bytes: Buffer, opcode: number): Buffer {
  const { length } = bytes;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const message = Buffer.allocUnsafe(head + length);
  message[0] = opcode;
  if (head === 2) message[1] = length;
  else if (head === 4) {
    message[1] = 126;
    message.writeUInt16BE(length, 2);
  } else {
    message[1] = 127;
    message.writeBigUInt64BE(BigInt(length), 2);
  }
  message.set(bytes, head);
  return message;
}
