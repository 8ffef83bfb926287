#!/usr/bin/env node
/** `npm run bench`: see docs/benchmarks.md. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAdmin } from './admin/bench.mjs';
import { benchBlocking } from './blocking/bench.mjs';
import { benchIdentity } from './identity/bench.mjs';
import { benchHandshakes } from './identity/handshakes.mjs';
import { benchLatency } from './latency/bench.mjs';
import { measureIdle, measureRounds } from './lib/bench-load.mjs';
import { PINNING } from './lib/launch.mjs';
import { reportLoad } from './lib/report-load.mjs';
import { allVerdicts } from './lib/verdicts.mjs';
import { benchNodes } from './nodes/bench.mjs';
import { benchRoutes } from './routes/bench.mjs';
import { SERVERS } from './servers/index.mjs';
import { benchStalled } from './stalled/bench.mjs';
import { benchStomp } from './stomp/bench.mjs';
import { benchStreams } from './streams/bench.mjs';
import { benchUserland } from './userland/bench.mjs';
import { benchWamp } from './wamp/bench.mjs';
import { WORKS } from './works.mjs';

const MICROS = {
  latency: benchLatency,
  stalled: benchStalled,
  blocking: benchBlocking,
  userland: benchUserland,
  routes: benchRoutes,
  identity: benchIdentity,
  handshakes: benchHandshakes,
  wamp: benchWamp,
  stomp: benchStomp,
  streams: benchStreams,
  nodes: benchNodes,
  admin: benchAdmin,
};
const NAMES = [...Object.keys(WORKS), ...Object.keys(MICROS)];
const USAGE = `usage: npm run bench -- [${NAMES.join(' | ')}]... [options]
  --full           more and longer rounds, and several sets of fresh processes
  --rounds N       rounds of each set (5; full: 7)
  --seconds S      length of a round for each server (0.7; full: 2)
  --sets N         sets of fresh processes (1; full: 3)
  --subs N,N       subscribers, where the work load takes a number
  --servers A,B    only these: ${SERVERS.map(({ name }) => name).join(', ')}
  --payload N      octets of JSON (100)`;

function readOptions() {
  const text = { type: 'string' };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ rounds: text, seconds: text, sets: text, subs: text, servers: text, payload: text },
      ...{ full: { type: 'boolean' }, help: { type: 'boolean' } },
    },
  });
  const unknown = positionals.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`no work load is named ${unknown}\n${USAGE}`);
  return {
    help: values.help,
    names: positionals.length === 0 ? NAMES : positionals,
    rounds: Number(values.rounds ?? (values.full ? 7 : 5)),
    seconds: Number(values.seconds ?? (values.full ? 2 : 0.7)),
    sets: Number(values.sets ?? (values.full ? 3 : 1)),
    sizes: values.subs?.split(',').map(Number),
    servers: values.servers?.split(','),
    payload: Number(values.payload ?? 100),
    full: values.full,
  };
}

function printConditions() {
  const load = loadavg()[0].toFixed(1);
  console.log(`node ${process.version}, ${cpus().length} x ${cpus()[0].model}, load ${load}; ${PINNING}`);
}

/** The servers to measure; says once which are left out. */
function chooseServers({ servers }) {
  const chosen = SERVERS.filter(({ name }) => servers === undefined || servers.includes(name));
  return chosen.filter(({ missing }) => {
    const reason = missing?.();
    if (reason) console.log(reason);
    return !reason;
  });
}

/** Descriptors that a process may have: Node raises its own limit to this. */
function descriptorLimit() {
  return Number(spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout) || Infinity;
}

async function benchLoad(key, work, { options, servers }) {
  const connections = work.plan.channels * work.plan.subscribers;
  console.log(`\n${work.title}`);
  if (connections + 100 > descriptorLimit()) {
    console.log(`  left out: needs ${connections} descriptors, and ulimit -Hn is ${descriptorLimit()}`);
    return undefined;
  }
  const sized = { ...work, plan: { ...work.plan, size: options.payload } };
  const present = servers.filter(({ name }) => work.servers.includes(name));
  const samples = new Map(present.map(({ name }) => [name, []]));
  for (let set = 0; set < options.sets; set++) {
    const measured = work.isIdle
      ? await measureIdle(present, sized, { rounds: 1 })
      : await measureRounds(present, sized, options);
    for (const [name, list] of measured) samples.get(name).push(...list);
  }
  reportLoad(key, work, samples);
  return Object.fromEntries(samples);
}

function writeResults(results) {
  const folder = new URL('./results/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  const file = `${folder}${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`;
  writeFileSync(
    file,
    `${JSON.stringify({ node: process.version, cpu: cpus()[0].model, ...results }, null, 1)}\n`,
  );
  console.log(`\nwritten to bench/results/${file.slice(folder.length)}`);
}

async function main() {
  const options = readOptions();
  if (options.help) {
    console.log(USAGE);
    return;
  }
  printConditions();
  const servers = chooseServers(options);
  const samples = {};
  for (const name of options.names) {
    if (MICROS[name] !== undefined) {
      samples[name] = await MICROS[name](options);
      continue;
    }
    const { make, sizes } = WORKS[name];
    for (const size of options.sizes ?? sizes) {
      const key = `${name} ${size}`;
      samples[key] = await benchLoad(key, make(size), { options, servers });
    }
  }
  writeResults({ options, verdicts: allVerdicts(), samples });
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  // what was started ends with this process
  process.exit(1);
}
