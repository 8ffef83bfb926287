import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { inTurn } from '../lib/in-turn.mjs';
import { startGenerator } from '../lib/launch.mjs';
import { digits, pairedRatio, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { judge } from '../lib/verdicts.mjs';
import { servers, startNodes, startRedis } from './servers.mjs';

const MAIN = new URL('./main.mjs', import.meta.url);
const RATE = { channels: 3, subscribers: 100, rate: 60 };
const CUTS = { channels: 3, clients: 60, rate: 15 };
const ROW = { cost: 22, delivered: 23 };

/** Three nodes on one Redis, beside other servers that can be more than one. */
export async function benchNodes(options) {
  if (spawnSync('redis-server', ['--version']).error !== undefined) {
    console.log('\nnodes are left out: apt install redis-server');
    return undefined;
  }
  const redis = await startRedis(await freePort());
  try {
    const all = servers();
    return { rate: await benchRate(all, redis, options), cuts: await benchCuts(all, redis, options) };
  } finally {
    redis.stop();
  }
}

async function benchRate(all, redis, { rounds, seconds }) {
  const { channels, subscribers, rate } = RATE;
  console.log(
    `\nnodes: three, ${channels} channels of ${subscribers} subscribers, ${rate} publications a second`,
  );
  const cases = all.map((server) => ({ ...server, start: () => startNodes(server, redis) }));
  const length = Math.max(2, seconds);
  const samples = await inTurn(
    MAIN,
    cases,
    { rounds, seconds: length },
    {
      prepare: (_, at) => ['join', { ...at, ...RATE }],
      measure: () => ['measure', {}],
    },
  );
  const column = (list, of) => spreadText(spread(list.map(of)));
  printTable([
    ['', 'CPU us/delivery', 'of Redis', 'p50 ms', 'p99 ms', 'delivered'],
    ...[...samples].map(([name, list]) => [
      name,
      column(list, ({ cpu }) => cpu),
      column(list, (sample) => sample.redis),
      column(list, ({ p50 }) => p50),
      column(list, ({ p99 }) => p99),
      `${digits(spread(list.map(({ owed, delivered }) => (100 * delivered) / owed)).median)} %`,
    ]),
  ]);
  const ours = samples.get('signalbox, history');
  for (const other of ['socket-io', 'faye']) {
    if (!samples.has(other)) continue;
    const value = pairedRatio(costs(samples.get(other)), costs(ours));
    judge({ row: ROW.cost, what: `nodes, ${other} / signalbox with history`, value, limit: { atLeast: 1 } });
  }
  return Object.fromEntries(samples);
}

const costs = (samples) => samples.map(({ cpu }) => cpu);

async function benchCuts(all, redis, { full }) {
  const seconds = full ? 60 : 30;
  console.log(`\nnodes: ${CUTS.clients} clients, the network of each cut for 2 s of 10, ${seconds} s`);
  const results = {};
  for (const server of all.filter(({ wire }) => wire !== 'wamp')) {
    const { stop, ...at } = await startNodes(server, redis);
    const generator = startGenerator(MAIN);
    try {
      results[server.name] = await generator.ask('cuts', { ...at, ...CUTS, seconds });
    } finally {
      await Promise.all([stop(), generator.stop()]);
    }
  }
  printTable([
    ['', 'delivered', 'of', '%'],
    ...Object.entries(results).map(([name, { delivered, owed, share }]) => [
      name,
      delivered,
      owed,
      (100 * share).toFixed(2),
    ]),
  ]);
  const { share } = results['signalbox, history'];
  const value = spread([100 * share]);
  judge({ row: ROW.delivered, what: 'nodes, delivered under cuts, %', value, limit: { atLeast: 100 } });
  return results;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
