import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { upgradeRequest } from '../generator/websocket.mjs';
import { startServer } from '../lib/launch.mjs';
import { spread } from '../lib/stats.mjs';
import { temporaryFolder } from '../lib/temporary-folder.mjs';
import { judge } from '../lib/verdicts.mjs';

const BIN = new URL('../../bin/signalbox.js', import.meta.url).pathname;
const SECRET = 'a secret of the benchmark, 32 octets';
const KEY = 'a-key-of-the-benchmark-32-octets';
const ROW = 16;
const PER_MINUTE = 10_000;
/** Of those that are welcomed, so many stay; then for each that comes one goes. */
const OPEN = 1000;

const SETTINGS = `routing: routes.yml
topics: { bench: secured }
limits: { handshakes: false, connections: 18000, connections_per_address: 18000, connections_per_user: 18000 }
log: { level: warn }
`;
const ROUTES = "bench: { channel: 'bench/{user_id}', handler: bench }\n";

/** Peers with tickets come at a steady pace; each is welcomed, and the oldest leave. What matters is the delay of the event loop. */
export async function benchHandshakes({ seconds }) {
  console.log(`\nhandshakes: ${PER_MINUTE} a minute, each with a ticket of its own`);
  const { mintTicket } = await import(new URL('../../dist/src/authenticators/index.js', import.meta.url));
  const server = await startServer(prepare());
  const samples = [];
  try {
    await figures(server.port);
    for (let window = 0; window < 3; window++) {
      await storm(server.port, { count: Math.round((PER_MINUTE / 60) * seconds * 10), mintTicket });
      samples.push(await figures(server.port));
    }
  } finally {
    await server.stop();
  }
  for (const { max, p99, cpu } of samples) {
    console.log(
      `  event loop: max ${max.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; server ${cpu.toFixed(1)} s of CPU`,
    );
  }
  const value = spread(samples.map(({ max }) => max));
  judge({ row: ROW, what: 'ms of event-loop delay at most', value, limit: { atMost: 50 } });
  return samples;
}

function prepare() {
  const folder = temporaryFolder();
  const config = join(folder, 'signalbox.yml');
  writeFileSync(config, SETTINGS);
  writeFileSync(join(folder, 'routes.yml'), ROUTES);
  return {
    name: 'signalbox',
    command: [process.execPath, BIN, 'serve', '--host', '127.0.0.1', '--port', '0', '--config', config],
    env: { NODE_ENV: 'production', SIGNALBOX_SECRET: SECRET, SIGNALBOX_API_KEY: KEY },
    ready: /signalbox ready http:\/\/[^\s:]+:(\d+)/,
  };
}

/** Figures since the last time: those of the event loop begin anew with each scrape. */
async function figures(port) {
  const headers = { authorization: `Bearer ${KEY}` };
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`no metrics: ${text}`);
  const read = (name) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  return {
    max: read('nodejs_eventloop_lag_max_seconds') * 1000,
    p99: read('nodejs_eventloop_lag_p99_seconds') * 1000,
    cpu: read('process_cpu_seconds_total'),
  };
}

async function storm(port, { count, mintTicket }) {
  const open = [];
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const due = start + (i * 60_000) / PER_MINUTE;
    if (due - performance.now() > 1) await sleep(due - performance.now());
    const ticket = mintTicket({ user: String(1 + (i % 1000)), ttl: 60_000 }, SECRET);
    open.push(welcomed(port, ticket));
    if (open.length > OPEN) (await open.shift()).destroy();
  }
  // A thousand that go in one moment are another matter than those that come.
  for (const peer of await Promise.all(open)) {
    peer.destroy();
    await sleep(1);
  }
}

async function welcomed(port, ticket) {
  const peer = connect({ host: '127.0.0.1', port });
  peer.write(upgradeRequest({ host: '127.0.0.1', path: `/?ticket=${ticket}` }));
  let said = '';
  while (!said.includes('[0,"')) {
    const [chunk] = await once(peer, 'data');
    said += chunk.toString('latin1');
    if (said.includes('bad credentials')) throw new Error('a ticket was refused');
  }
  peer.on('error', () => {});
  return peer;
}
