/** A finished WAMP v1 EVENT as one WebSocket text frame, for the servers that skip every layer. */
export function eventFrame(channel, payload) {
  const head = Buffer.from(`[8,"${channel}",`);
  const size = head.length + payload.length + 1;
  const frame = Buffer.allocUnsafe(size + (size < 126 ? 2 : 4));
  frame[0] = 0x81;
  let at = 2;
  if (size < 126) {
    frame[1] = size;
  } else {
    frame[1] = 126;
    at = frame.writeUInt16BE(size, 2);
  }
  at += head.copy(frame, at);
  at += payload.copy(frame, at);
  frame[at] = 0x5d;
  return frame;
}
