/** The client's half of RFC 6455, reduced to what a load generator needs: no object and no copy for a frame. */

/** One mask for all: removing it is as much work for the server as any other that is not zero. */
const MASK = Buffer.from([0x6d, 0x3a, 0x91, 0xc5]);

export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

export function upgradeRequest({ host, path, subprotocol }) {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  if (subprotocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A masked frame, and where its data starts. */
export function clientFrame(data, opcode = OPCODE.text) {
  const bytes = Buffer.from(data);
  const start = bytes.length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafeSlow(start + bytes.length);
  frame[0] = 0x80 | opcode;
  if (bytes.length < 126) {
    frame[1] = 0x80 | bytes.length;
  } else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(bytes.length, 2);
  }
  MASK.copy(frame, start - 4);
  for (let i = 0; i < bytes.length; i++) frame[start + i] = maskedByte(bytes[i], i);
  return { frame, start };
}

/** The octet that stands for `byte` at `offset` of a frame's data. */
export function maskedByte(byte, offset) {
  return byte ^ MASK[offset & 3];
}

/**
 * Hands every whole frame in `bytes[0, end)` to `take(head, start, stop)`, where `head` is the frame's first
 * octet, and returns where the first incomplete one starts. Frames of servers are not masked.
 */
export function scanFrames(bytes, end, take) {
  let at = 0;
  while (at + 2 <= end) {
    const short = bytes[at + 1];
    const start = at + headLength(short);
    if (start > end) break;
    const stop = start + (short < 126 ? short : longLength(bytes, at));
    if (stop > end) break;
    take(bytes[at], start, stop);
    at = stop;
  }
  return at;
}

function headLength(short) {
  if (short < 126) return 2;
  return short === 126 ? 4 : 10;
}

function longLength(bytes, at) {
  return bytes[at + 1] === 126 ? (bytes[at + 2] << 8) | bytes[at + 3] : bytes.readUIntBE(at + 4, 6);
}
