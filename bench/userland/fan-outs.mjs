/**
 * Ways to send one text to many WebSocket connections. Each is a server that keeps what connects and says how
 * `publish(text)` reaches all of them. Modules are loaded on demand: the compared ones must not share a process.
 */
import { createServer } from 'node:http';

function listening(server) {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

const byName = {
  /** What one writes first: a string to each. */
  async ws() {
    const { WebSocketServer } = await import('ws');
    const server = createServer();
    const clients = new Set();
    new WebSocketServer({ server, clientTracking: false }).on('connection', (client) => clients.add(client));
    const publish = (text) => {
      for (const client of clients) client.send(text);
    };
    return { server, clients, publish };
  },

  /** signalbox's own WebSocket transport: a frame made once, given to each connection. */
  async signalbox() {
    const dist = new URL('../../dist/src/', import.meta.url);
    const { HttpTransport, WebSocketTransport } = await import(new URL('transports/index.js', dist));
    const { Frame } = await import(new URL('core/frame.js', dist));
    const { NULL_LOGGER: logger } = await import(new URL('core/logger.js', dist));
    const { NULL_METER: meter } = await import(new URL('core/meter.js', dist));
    const clients = new Set();
    const ignore = () => undefined;
    const accept = (connection) => {
      clients.add(connection);
      return { received: ignore, disconnected: ignore, end: ignore };
    };
    const far = 3_600_000;
    const many = 100_000;
    const http = new HttpTransport({
      ...{ endpoints: [], logger, meter },
      limits: { handshakeTimeout: far, connections: many },
    });
    const websocket = new WebSocketTransport({
      ...{ logger, meter, paths: ['/'], compression: false },
      gateway: { admit: async () => ({ subprotocol: undefined, accept }) },
      limits: {
        ...{
          message: 65_536,
          buffer: 1_048_576,
          bufferTime: 10_000,
          messages: undefined,
          silence: far,
          ping: far,
        },
        ...{ connections: many, connectionsPerAddress: many, handshakeTimeout: far, pongTimeout: far },
      },
    });
    websocket.attach(http.server);
    const publish = (text) => {
      const frame = Frame.text(text);
      for (const connection of clients) connection.send(frame);
    };
    return { server: http.server, clients, publish };
  },
};

/** Starts the fan-out of that name on a free port. */
export async function startFanOut(name) {
  const fanOut = await byName[name]();
  return { ...fanOut, port: await listening(fanOut.server) };
}
