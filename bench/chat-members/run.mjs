#!/usr/bin/env node
/** A room full of people: `node bench/chat-members/run.mjs [--members 15000] [--rate 2] [--seconds 20]`. Needs a build. */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PINNING, startGenerator, startServer } from '../lib/launch.mjs';
import { cpuMicroseconds, processTree, residentKilobytes } from '../lib/process-tree.mjs';
import { temporaryFolder } from '../lib/temporary-folder.mjs';

const BIN = new URL('../../bin/signalbox.js', import.meta.url).pathname;

/** All as delivered, but for the limits that a single machine full of members has to exceed. */
const SETTINGS = `routing: routes.yml
access: { subscribe: anyone, publish: backend }
limits:
  connections: 18000
  handshakes: false
log: { level: warn }
`;

const ROUTES = `chat.room:
  channel: "chat/room/{room}"
  handler: chat.room
  requirements: { room: '\\d+' }
  access: { subscribe: anyone, publish: anyone }
`;

const number = (preset) => ({ type: 'string', default: String(preset) });
const { values } = parseArgs({
  options: { members: number(15_000), rate: number(2), seconds: number(20) },
});
const [members, rate, seconds] = [values.members, values.rate, values.seconds].map(Number);

const folder = temporaryFolder();
const config = join(folder, 'signalbox.yml');
writeFileSync(config, SETTINGS);
writeFileSync(join(folder, 'routes.yml'), ROUTES);

const server = await startServer({
  name: 'signalbox',
  command: [process.execPath, BIN, 'serve', '--host', '127.0.0.1', '--port', '0', '--config', config],
  env: { NODE_ENV: 'production' },
  ready: /signalbox ready http:\/\/[^\s:]+:(\d+)/,
});
const generator = startGenerator(new URL('main.mjs', import.meta.url));
console.log(
  `node ${process.version}, ${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}; ${PINNING}`,
);

const tree = processTree(server.pid);
const empty = residentKilobytes(tree);
const entered = await generator.ask('enter', { port: server.port, members });
const full = residentKilobytes(tree);
console.log(
  `${members} members entered in ${(entered.milliseconds / 1000).toFixed(1)} s; ${((full - empty) / members).toFixed(1)} KB each`,
);

const before = cpuMicroseconds(tree);
const { p50, p99, max, delivered, wanted } = await generator.ask('listen', { rate, seconds });
const share = (cpuMicroseconds(tree) - before) / (seconds * 1e6);
console.log(`${rate} messages a second to all of them for ${seconds} s: ${delivered} of ${wanted} delivered`);
console.log(
  `from the speaker to a member: p50 ${p50} ms, p99 ${p99} ms, at most ${max} ms; ${(share * 100).toFixed(0)} % of a core`,
);

await generator.stop();
await server.stop();
process.exitCode = delivered === wanted ? 0 : 1;
