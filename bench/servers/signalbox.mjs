import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../lib/temporary-folder.mjs';

const BIN = new URL('../../bin/signalbox.js', import.meta.url).pathname;
const BUILT = new URL('../../dist/src/app/cli/index.js', import.meta.url);

/** All as delivered, but for the limits on one peer and one address, which a load generator has to exceed. */
const SETTINGS = `routing: routes.yml
topics:
  bench: broadcast
limits:
  messages: false
  publishes: false
  connections: 18000
  connections_per_address: 18000
  handshakes: false
log: { level: warn }
`;

/** Routing, a requirement, access and a handler are all in the path. */
const ROUTES = `bench:
  channel: 'bench/{number}'
  handler: bench
  requirements: { number: '\\d+' }
  access: { subscribe: anyone, publish: anyone }
`;

/** The server as its users start it, with one route. */
export const signalbox = {
  name: 'signalbox',
  wire: 'wamp1',
  missing: () => !existsSync(BUILT) && 'signalbox is left out: npm run build first',
  prepare() {
    const folder = temporaryFolder();
    const config = join(folder, 'signalbox.yml');
    writeFileSync(config, SETTINGS);
    writeFileSync(join(folder, 'routes.yml'), ROUTES);
    return {
      command: [process.execPath, BIN, 'serve', '--host', '127.0.0.1', '--port', '0', '--config', config],
      env: { NODE_ENV: 'production' },
      ready: /signalbox ready http:\/\/[^\s:]+:(\d+)/,
    };
  },
};
