import { RawSocketPeer } from '../../support/raw-socket-peer.js';
import type { Transport, TransportListener } from './transport.js';
import type { Wire } from './wire.js';

const [MESSAGE, PING, PONG] = [0, 1, 2];
/** It takes up to 16 MiB, as the upper half of the second octet says. [WAMP2 §RawSocket Transport] */
const LONGEST = 0xf0;

export async function openRawSocket(
  url: URL,
  { rawSocket }: Wire,
  listener: TransportListener,
): Promise<Transport> {
  const second = LONGEST | rawSocket;
  const secure = url.protocol === 'rawsockets:';
  const peer = await RawSocketPeer.open(Number(url.port), { second, secure, host: url.hostname });
  if (peer.reply === undefined || (peer.reply[1] ?? 0) % 16 !== rawSocket) {
    peer.socket.destroy();
    throw new Error(`the handshake is answered with ${peer.reply?.toString('hex') ?? 'the end'}`);
  }
  peer.onFrame = ({ type, payload }) => {
    if (type === MESSAGE) listener.message(payload);
    else if (type === PING) peer.send(payload, PONG);
  };
  peer.socket.on('close', () => listener.closed());
  return {
    get isOpen() {
      return !peer.closed && !peer.finished;
    },
    send: (message) => peer.send(Buffer.from(message)),
    vanish: () => peer.socket.destroy(),
  };
}
