/**
 * Sends to 1,000 connections with the kernel taken out (see swallow.c) and prints, as JSON, the CPU microseconds
 * a delivery for each number of messages in one tick of the event loop.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { payloadText } from '../generator/payload.mjs';
import { upgradeRequest } from '../generator/websocket.mjs';
import { startFanOut } from './fan-outs.mjs';

const SUBSCRIBERS = 1000;
const WINDOWS = 5;
const TEXT = `[8,"bench/100000",${payloadText(100)}]`;
const FRAME_LENGTH = TEXT.length + (TEXT.length < 126 ? 2 : 4);

const [name, milliseconds, ...messages] = process.argv.slice(2);
const { server, clients, publish, port } = await startFanOut(name);
const sockets = [];
server.on('connection', (socket) => sockets.push(socket));

for (let i = 0; i < SUBSCRIBERS; i++) {
  const peer = connect({ host: '127.0.0.1', port });
  peer.write(upgradeRequest({ host: '127.0.0.1', path: '/' }));
  await once(peer, 'data');
}
if (clients.size !== SUBSCRIBERS)
  throw new Error(`${clients.size} of ${SUBSCRIBERS} connections were accepted`);

const bytesWritten = () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0);
const endOfTick = () => new Promise((resolve) => setImmediate(resolve));

/** Until the last connection has been written to: where that takes long it goes in slices. */
async function allWritten(octets) {
  const last = sockets.at(-1);
  do await endOfTick();
  while (last.bytesWritten < octets);
}

/** CPU a delivery of ticks with `count` messages each. Every octet must have been handed over. */
async function window(count) {
  const before = bytesWritten();
  let ofEach = sockets.at(-1).bytesWritten;
  const start = process.cpuUsage();
  let deliveries = 0;
  let cpu = 0;
  while (cpu < milliseconds * 1000) {
    for (let i = 0; i < count; i++) publish(TEXT);
    ofEach += count * FRAME_LENGTH;
    await allWritten(ofEach);
    deliveries += count * SUBSCRIBERS;
    const { user, system } = process.cpuUsage(start);
    cpu = user + system;
  }
  await endOfTick();
  const written = bytesWritten() - before;
  if (written !== deliveries * FRAME_LENGTH)
    throw new Error(`${written} octets for ${deliveries} deliveries`);
  return cpu / deliveries;
}

const costs = {};
for (const count of messages.map(Number)) {
  await window(count);
  const samples = [];
  for (let i = 0; i < WINDOWS; i++) samples.push(await window(count));
  costs[count] = samples.sort((a, b) => a - b)[WINDOWS >> 1];
}
console.log(JSON.stringify(costs));
process.exit();
