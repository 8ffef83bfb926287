/** signalbox for the load of STOMP: one port for TCP and WebSocket, one route for each kind of destination. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../lib/launch.mjs';
import { temporaryFolder } from '../lib/temporary-folder.mjs';

const BIN = new URL('../../bin/signalbox.js', import.meta.url).pathname;

/** All as delivered, but for the limits on one peer and one address, which a load generator has to exceed. */
const SETTINGS = `routing: routes.yml
listen: { stomp: true }
topics:
  bench: broadcast
store: { path: store.db }
limits:
  messages: false
  publishes: false
  handshakes: false
  connections_per_address: 10000
log: { level: warn }
`;

/** Matching, a requirement, access and a handler are all in the path. */
const ROUTES = `transient:
  channel: 'queue/transient/{name}'
  handler: bench
  requirements: { name: '\\w+' }
  access: { subscribe: anyone, publish: anyone }
  delivery: queue
durable:
  channel: 'queue/durable/{name}'
  handler: bench
  requirements: { name: '\\w+' }
  access: { subscribe: anyone, publish: anyone }
  delivery: queue
  durable: true
topic:
  channel: 'bench/{name}'
  handler: bench
  requirements: { name: '\\w+' }
  access: { subscribe: anyone, publish: anyone }
`;

export async function startSignalbox() {
  const folder = temporaryFolder();
  const config = join(folder, 'signalbox.yml');
  writeFileSync(config, SETTINGS);
  writeFileSync(join(folder, 'routes.yml'), ROUTES);
  const { pid, port, stop } = await startServer({
    name: 'signalbox',
    command: [process.execPath, BIN, 'serve', '--host', '127.0.0.1', '--port', '0', '--config', config],
    env: { NODE_ENV: 'production' },
    ready: /signalbox ready http:\/\/[^\s:]+:(\d+)/,
  });
  return { pid, stop, tcp: port, webSocket: `ws://127.0.0.1:${port}/stomp` };
}
