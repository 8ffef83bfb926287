/** Node's limit when there is nothing to join: a prebuilt frame, one write for each delivery. */
import { eventFrame } from './event-frame.mjs';
import { serveLines } from './line-server.mjs';

serveLines((channel, payload, sockets) => {
  const frame = eventFrame(channel, payload);
  for (const socket of sockets) socket.write(frame);
});
