/** Node's limit when there is something to join: the frames of one tick as one shared buffer, one write a socket. */
import { eventFrame } from './event-frame.mjs';
import { serveLines } from './line-server.mjs';

let pending = new Map();

function flush() {
  const channels = pending;
  pending = new Map();
  for (const { sockets, frames } of channels.values()) {
    const bytes = frames.length === 1 ? frames[0] : Buffer.concat(frames);
    for (const socket of sockets) socket.write(bytes);
  }
}

serveLines((channel, payload, sockets) => {
  if (pending.size === 0) setImmediate(flush);
  const frame = eventFrame(channel, payload);
  const waiting = pending.get(channel);
  if (waiting === undefined) pending.set(channel, { sockets, frames: [frame] });
  else waiting.frames.push(frame);
});
