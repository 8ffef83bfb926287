/** What is compared: how three nodes of each are started on one Redis, and how they are published to. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, startServer } from '../lib/launch.mjs';
import { temporaryFolder } from '../lib/temporary-folder.mjs';

const HERE = new URL('./', import.meta.url).pathname;
const BIN = new URL('../../bin/signalbox.js', import.meta.url).pathname;
const NODES = 3;
const KEY = 'a-back-end-key-for-the-benchmark-alone';

/** All as delivered, but for the limits on one peer and one address, which a load generator has to exceed. */
const SETTINGS = `routing: routes.yml
topics: { bench: broadcast }
limits:
  messages: false
  publishes: false
  handshakes: false
  connections_per_address: 10000
log: { level: warn }
`;

const route = (history) => `bench:
  channel: 'bench/{number}'
  handler: bench
  requirements: { number: '\\d+' }
  access: { subscribe: anyone, publish: backend }
${history ? '  history: { size: 1000, ttl: 10m }\n' : ''}`;

const PUBLISH = { path: '/publish', headers: {} };
const ours = { path: '/api/publish', headers: { authorization: `Bearer ${KEY}` } };

/** The servers by name, those that can be here. */
export function servers() {
  const others = installOthers()
    ? [
        { name: 'socket-io', wire: 'socket-io', publish: PUBLISH, node: other('socket-io.mjs') },
        { name: 'faye', wire: 'faye', publish: PUBLISH, node: other('faye.mjs') },
      ]
    : [];
  return [
    { name: 'signalbox', wire: 'wamp', publish: ours, node: signalbox(false) },
    { name: 'signalbox, history', wire: 'recovering', publish: ours, node: signalbox(true) },
    ...others,
  ];
}

/** Starts Redis, on the core of the servers. */
export async function startRedis(port) {
  const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = start(['redis-server', ...options.map(String)], {
    core: 0,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (said) => String(said).includes('Ready to accept') && resolve());
    child.once('exit', () => reject(new Error('redis-server ended')));
  });
  return { pid: child.pid, url: `redis://127.0.0.1:${port}`, stop: () => child.kill('SIGKILL') };
}

/** Starts the nodes of a server. */
export async function startNodes({ name, node, wire, publish }, redis) {
  const running = [];
  for (let i = 0; i < NODES; i++) running.push(await startServer({ name, ...node(redis.url) }));
  return {
    ...{ wire, publish },
    ports: running.map(({ port }) => port),
    pids: running.map(({ pid }) => pid),
    redis: redis.pid,
    stop: () => Promise.all(running.map(({ stop }) => stop())),
  };
}

function signalbox(history) {
  return (redis) => {
    const folder = temporaryFolder();
    const config = join(folder, 'signalbox.yml');
    writeFileSync(config, SETTINGS);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'routes.yml'), route(history));
    return {
      command: [process.execPath, BIN, 'serve', '--host', '127.0.0.1', '--port', '0', '--config', config],
      env: {
        NODE_ENV: 'production',
        SIGNALBOX_API_KEY: KEY,
        SIGNALBOX_BROKER: `${redis}/${history ? 1 : 0}`,
        SIGNALBOX_REDIS_PREFIX: history ? 'history' : 'plain',
      },
      ready: /signalbox ready http:\/\/[^\s:]+:(\d+)/,
    };
  };
}

function other(file) {
  return (redis) => ({
    command: [process.execPath, join(HERE, file), redis],
    env: { NODE_ENV: 'production' },
    ready: /ready (\d+)/,
  });
}

/** False, and a line that says so, where they cannot be installed. */
function installOthers() {
  if (existsSync(join(HERE, 'node_modules', 'faye-redis'))) return true;
  console.log('installing socket.io and faye in bench/nodes');
  const options = ['--no-audit', '--no-fund', '--no-save', '--prefix', HERE];
  if (spawnSync('npm', ['install', ...options]).status === 0) return true;
  console.log('socket-io and faye are left out: npm install --prefix bench/nodes fails');
  return false;
}
