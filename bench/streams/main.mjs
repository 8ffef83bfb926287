/** The process that makes the load: opens streams and WebSockets, publishes, and counts octets. */
import { connect } from 'node:net';
import { clientFrame, OPCODE, upgradeRequest } from '../generator/websocket.mjs';

const AT_ONCE = 64;
const PAYLOAD = JSON.stringify({ type: 'email', unread: 12, folder: 'inbox', text: 'x'.repeat(48) });
const PATIENCE_MS = 30_000;

/** By kind: its channel, its connections, what it has received, and what an event of it takes. */
const groups = {};
let publisher;

const KINDS = {
  stream: {
    event: () => `data: ${PAYLOAD}\n\n`.length,
    hello: (port, channel) => `GET /sse?channel=${channel} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
    isOpen: (text) => text.includes('\n\n') && text.includes('retry:'),
    opened: () => undefined,
  },
  webSocket: {
    event: (channel) => 2 + `[8,"${channel}",${PAYLOAD}]`.length,
    hello: (port) => upgradeRequest({ host: `127.0.0.1:${port}`, path: '/', subprotocol: 'wamp' }),
    isOpen: (text) => text.includes('[0,"'),
    opened: (socket, channel) => socket.write(clientFrame(`[5,"${channel}"]`).frame),
  },
};

function open(kind, { port, channel, received }) {
  const { hello, isOpen, opened } = KINDS[kind];
  return new Promise((resolve, reject) => {
    let head = '';
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`a ${kind} was closed: ${head?.slice(0, 200)}`)));
    socket.on('connect', () => socket.write(hello(port, channel)));
    socket.on('data', (chunk) => {
      if (head === undefined) {
        received(chunk, socket);
        return;
      }
      head += chunk.toString('latin1');
      if (!isOpen(head)) return;
      head = undefined;
      opened(socket, channel);
      resolve(socket);
    });
  });
}

const PING = 0x89;

/** Idle ones are pinged, and nothing else is sent meanwhile; those that are measured are not. */
function isPing(chunk, socket) {
  if (chunk[0] !== PING) return false;
  socket.write(clientFrame('', OPCODE.pong).frame);
  return true;
}

async function connectAll({ port, kind, channel, count }) {
  const group = { channel, octets: 0, count, event: KINDS[kind].event(channel), came: undefined };
  groups[kind] = group;
  const received = (chunk, socket) => {
    if (isPing(chunk, socket)) return;
    group.octets += chunk.length;
    group.came?.();
  };
  publisher ??= await open('webSocket', { port, channel: 'bench/9', received: () => undefined });
  let left = count;
  const some = async () => {
    while (left-- > 0) await open(kind, { port, channel, received });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  if (kind === 'webSocket') await settle(group);
}

/** WAMP v1 does not say when a subscription stands: one publication to all does. */
async function settle(group) {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const before = group.octets;
    send(group, 1);
    await quiet(group);
    if (group.octets - before === group.count * group.event) return;
  }
  throw new Error('some subscribers got nothing');
}

/** Until nothing has come for a moment. */
async function quiet(group) {
  for (let before = -1; before !== group.octets; ) {
    before = group.octets;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function send({ channel }, count) {
  const { frame } = clientFrame(`[7,"${channel}",${PAYLOAD}]`);
  publisher.write(Buffer.concat(Array.from({ length: count }, () => frame)));
}

async function publish({ kind, count, depth }) {
  const group = groups[kind];
  const each = group.count * group.event;
  const start = process.hrtime.bigint();
  for (let sent = 0; sent < count; sent += depth) {
    const due = group.octets + depth * each;
    send(group, depth);
    await reached(group, due);
  }
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

function reached(group, due) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${group.octets} octets of ${due} have come`)),
      PATIENCE_MS,
    );
    group.came = () => {
      if (group.octets < due) return;
      clearTimeout(timer);
      group.came = undefined;
      if (group.octets > due) reject(new Error('more has come than was sent'));
      else resolve();
    };
  });
}

const requests = { connect: connectAll, publish };

process.on('message', async ({ request, options }) => {
  try {
    process.send({ answer: (await requests[request](options)) ?? null });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on('disconnect', () => process.exit());
