/** The process that is everybody in the room: does what its parent says over IPC, one request at a time. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientFrame, OPCODE, scanFrames, upgradeRequest } from '../generator/websocket.mjs';

const ROOM = 'chat/room/1';
const AT_ONCE = 100;
/** Connections from one address, which is what the server allows by default. */
const PER_ADDRESS = 1000;
const PATIENCE_MS = 60_000;
const HEAD_END = Buffer.from('\r\n\r\n');
const SUBSCRIBE = clientFrame(JSON.stringify([5, ROOM])).frame;
const PONG = clientFrame('', OPCODE.pong).frame;
const SPOKEN = Buffer.from('"text":"t');

const members = [];
let latencies = [];

const requests = {
  async enter({ port, members: count }) {
    const begun = performance.now();
    while (members.length < count) {
      const some = Math.min(AT_ONCE, count - members.length);
      const first = members.length;
      const entering = Array.from({ length: some }, (_, i) => enter(port, addressOf(first + i)));
      members.push(...(await Promise.all(entering)));
    }
    return { milliseconds: performance.now() - begun };
  },
  /** One speaks at a rate, and all hear it. */
  async listen({ rate, seconds }) {
    latencies = [];
    const count = rate * seconds;
    const wanted = count * members.length;
    const begun = performance.now();
    for (let n = 0; n < count; n++) {
      await sleep(Math.max(0, begun + (n * 1000) / rate - performance.now()));
      const said = JSON.stringify([7, ROOM, { text: `t${performance.now().toFixed(3)} ${'x'.repeat(40)}` }]);
      members[(n * 7919) % members.length].write(clientFrame(said).frame);
    }
    const deadline = performance.now() + PATIENCE_MS;
    while (latencies.length < wanted && performance.now() < deadline) await sleep(20);
    const sorted = Float64Array.from(latencies).sort();
    const at = (share) =>
      Number(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1));
    return { p50: at(0.5), p99: at(0.99), max: at(1), delivered: latencies.length, wanted };
  },
};

function addressOf(index) {
  return `127.0.0.${1 + Math.floor(index / PER_ADDRESS)}`;
}

/** Resolves to the socket of a member that has been told who is there. */
function enter(port, localAddress) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    let rest = Buffer.alloc(0);
    let isOpen = false;
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server has closed a connection')));
    socket.write(upgradeRequest({ host: `127.0.0.1:${port}`, path: '/ws', subprotocol: 'wamp' }));
    socket.on('data', (octets) => {
      let bytes = rest.length === 0 ? octets : Buffer.concat([rest, octets]);
      if (!isOpen) {
        const end = bytes.indexOf(HEAD_END);
        rest = bytes;
        if (end < 0) return;
        isOpen = true;
        socket.write(SUBSCRIBE);
        bytes = bytes.subarray(end + HEAD_END.length);
      }
      const done = scanFrames(bytes, bytes.length, (head, start, stop) => {
        if (head === (0x80 | OPCODE.ping)) socket.write(PONG);
        else if (!heard(bytes.subarray(start, stop)) && bytes.includes('"members"')) resolve(socket);
      });
      rest = Buffer.from(bytes.subarray(done));
    });
  });
}

/** Whether it is something that was said; when it was is in its text. */
function heard(data) {
  const at = data.indexOf(SPOKEN);
  if (at < 0) return false;
  const start = at + SPOKEN.length;
  latencies.push(performance.now() - Number(data.latin1Slice(start, data.indexOf(0x20, start))));
  return true;
}

process.on('message', async ({ request, options }) => {
  try {
    process.send({ answer: await requests[request](options) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
