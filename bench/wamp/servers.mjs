/** The two routers that are compared: how each is started. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '../lib/temporary-folder.mjs';

const HERE = new URL('./', import.meta.url).pathname;
const BIN = new URL('../../bin/signalbox.js', import.meta.url).pathname;

/** All as delivered, but for the limits on one peer and one address, which a load generator has to exceed. */
const SETTINGS = `routing: routes.yml
topics:
  handlers: topics
  bench: broadcast
limits:
  messages: false
  publishes: false
  handshakes: false
  connections: 18000
  connections_per_address: 18000
log: { level: warn }
`;

/** Routing, a requirement, access and a handler are all in the path. */
const ROUTES = `add:
  channel: 'bench/add'
  handler: bench.add
  access: { call: anyone }
bench:
  channel: 'bench/{name}'
  handler: bench
  requirements: { name: '.+' }
  access: { subscribe: anyone, publish: anyone, call: anyone, register: anyone }
`;
const HANDLER = `export class Add {
  static handler = 'bench.add';
  onCall(session, request, call) {
    return call.args[0] + call.args[1];
  }
}
`;

export function signalbox() {
  const folder = temporaryFolder();
  const config = join(folder, 'signalbox.yml');
  writeFileSync(config, SETTINGS);
  writeFileSync(join(folder, 'routes.yml'), ROUTES);
  mkdirSync(join(folder, 'topics'));
  writeFileSync(join(folder, 'topics', 'add.js'), HANDLER);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return {
    name: 'signalbox',
    command: [process.execPath, BIN, 'serve', '--host', '127.0.0.1', '--port', '0', '--config', config],
    env: { NODE_ENV: 'production' },
    ready: /signalbox ready http:\/\/[^\s:]+:(\d+)/,
  };
}

/** Undefined, and a line that says so, where it cannot be installed. */
export function foxWamp() {
  if (!existsSync(join(HERE, 'node_modules', 'fox-wamp'))) {
    console.log('installing fox-wamp in bench/wamp');
    const { status } = spawnSync('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--prefix',
      HERE,
    ]);
    if (status !== 0) {
      console.log('fox-wamp is left out: npm install --prefix bench/wamp fails');
      return undefined;
    }
  }
  const tsx = pathToFileURL(join(HERE, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
  return {
    name: 'fox-wamp',
    command: [process.execPath, '--import', tsx, join(HERE, 'fox-wamp.mjs')],
    env: { NODE_ENV: 'production' },
    ready: /ready (\d+)/,
  };
}
