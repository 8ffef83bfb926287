/** The servers that can be measured: how to start each, how its port is read, and which wire it speaks. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../lib/temporary-folder.mjs';
import { signalbox } from './signalbox.mjs';

const program = (name, wire) => ({
  name,
  wire,
  prepare: () => ({
    command: [process.execPath, new URL(`./${name}.mjs`, import.meta.url).pathname],
    env: { NODE_ENV: 'production' },
    ready: /ready (\d+)/,
  }),
});

const nats = {
  name: 'nats',
  wire: 'nats',
  missing: () =>
    spawnSync('nats-server', ['-v']).error && 'nats is left out: install the package nats-server to compare',
  prepare() {
    const file = join(temporaryFolder(), 'nats.conf');
    writeFileSync(file, 'listen: "127.0.0.1:-1"\nwebsocket { listen: "127.0.0.1:-1", no_tls: true }\n');
    return { command: ['nats-server', '-c', file], ready: /websocket clients on ws:\/\/[^:]+:(\d+)/ };
  },
};

export const SERVERS = [
  program('net-write', 'lines'),
  program('net-concat', 'lines'),
  program('ws', 'wamp1'),
  program('socket-io', 'socket.io'),
  nats,
  signalbox,
];
