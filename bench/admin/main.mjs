/** The process that holds the connections: WebSockets of WAMP v1, each subscribed to one channel, which answer pings. */
import { connect } from 'node:net';
import { clientFrame, OPCODE, upgradeRequest } from '../generator/websocket.mjs';

const AT_ONCE = 64;
const PING = 0x89;

function open(port, channel) {
  return new Promise((resolve, reject) => {
    let head = '';
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`a connection was closed: ${head?.slice(0, 200)}`)));
    socket.on('connect', () =>
      socket.write(upgradeRequest({ host: `127.0.0.1:${port}`, path: '/', subprotocol: 'wamp' })),
    );
    socket.on('data', (chunk) => {
      if (head === undefined) {
        if (chunk[0] === PING) socket.write(clientFrame('', OPCODE.pong).frame);
        return;
      }
      head += chunk.toString('latin1');
      if (!head.includes('[0,"')) return;
      head = undefined;
      socket.write(clientFrame(`[5,"${channel}"]`).frame);
      resolve(socket);
    });
  });
}

async function connectAll({ port, channels, each }) {
  let left = channels * each;
  const some = async () => {
    while (left > 0) await open(port, `bench/${--left % channels}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
}

process.on('message', async ({ options }) => {
  try {
    await connectAll(options);
    process.send({ answer: null });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on('disconnect', () => process.exit());
