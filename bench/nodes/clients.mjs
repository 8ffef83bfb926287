/** The client library of each server with its own defaults: connects, subscribes, and resolves when it is; then to how to close it. */
import faye from 'faye';
import { io } from 'socket.io-client';
import { createSync } from '../../dist/src/client/node.js';

export const CLIENTS = {
  async recovering(port, channel, event) {
    const sync = createSync({ url: `ws://127.0.0.1:${port}/ws` });
    sync.on('error', () => undefined);
    await sync.subscribe(channel, (payload) => event(payload));
    return () => sync.close();
  },
  'socket-io': (port, channel, event) =>
    new Promise((resolve) => {
      const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
      socket.on('connect', () => socket.emit('subscribe', channel, () => resolve(() => socket.close())));
      socket.on(channel, event);
    }),
  async faye(port, channel, event) {
    const client = new faye.Client(`http://127.0.0.1:${port}/faye`);
    await client.subscribe(`/${channel}`, event);
    return () => client.disconnect();
  },
};
