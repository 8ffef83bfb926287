import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Transport, TransportListener } from './transport.js';
import type { Wire } from './wire.js';

export async function openWebSocket(
  url: URL,
  { subprotocol }: Wire,
  listener: TransportListener,
): Promise<Transport> {
  const socket = new WebSocket(url, subprotocol);
  await once(socket, 'open');
  socket.on('message', (octets: Buffer) => listener.message(octets));
  socket.on('close', (code) => listener.closed(code));
  socket.on('error', () => undefined);
  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    send: (message) => socket.send(message),
    vanish: () => socket.terminate(),
  };
}
