import type { Settings, Socket } from './options.js';
import { SyncError } from './sync-error.js';

/** `readyState` of a socket that can send. */
const OPEN = 1;

/** A socket of the options' class, or of the platform's. Throws the `SyncError` `no_websocket`, and what the class throws. */
export function openSocket(url: string, { protocol, ...settings }: Settings): Socket {
  const { WebSocket = (globalThis as Pick<Settings, 'WebSocket'>).WebSocket } = settings;
  if (WebSocket) return new WebSocket(url, [protocol]);
  const hint = 'give options.WebSocket, as the class of the package ws';
  throw new SyncError('no_websocket', 'this platform has no WebSocket', { hint });
}

/** A socket that is about to close takes nothing any more, and browsers complain of what it is given. */
export function say(socket: Socket, text: string): void {
  if ((socket.readyState ?? OPEN) <= OPEN) socket.send(text);
}
