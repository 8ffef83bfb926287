/** `npm run soak`: see docs/faults.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { RedisServer, redisInstalled } from '../test/support/redis-server.js';
import { Churn } from './churn.js';
import { metricsOf } from './metrics.js';
import { Nodes } from './nodes.js';

const USAGE = `usage: npm run soak [-- MINUTES] [options]
  --redis      two nodes on a Redis of its own, in place of one alone
  --rate N     peers that come each second (25)`;

/** What is kept of a channel is forgotten while the churn goes on, and so is its place in a history. */
const ROUTE = 'history: { size: 10, ttl: 5s }\n  presence: { leave_delay: 1s }';
const FORGETFUL = { SIGNALBOX_REDIS_POSITIONS: '2m' };
const EVERY_SECONDS = 10;
/** What is remembered longest is forgotten within it. */
const QUIET_SECONDS = { memory: 15, redis: 150 };
/** Of the time, before what is used counts as what is used steadily. */
const WARM_UP = 0.2;

/** What nodes use, all of them together. */
interface Usage {
  readonly [figure: string]: number;
}

/** What has to be as it was, and how it is called in the metrics. */
const EQUAL = {
  connections: 'signalbox_connections',
  sessions: 'signalbox_sessions',
  topics: 'signalbox_topics',
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      redis: { type: 'boolean' },
      rate: { type: 'string', default: '25' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  if (values.redis && !redisInstalled) throw new Error('needs redis-server: apt install redis-server');
  const redis = values.redis ? await RedisServer.start() : undefined;
  const nodes = await Nodes.start({
    count: redis ? 2 : 1,
    broker: redis && (() => redis.url),
    route: ROUTE,
    env: FORGETFUL,
  });
  try {
    const failures = await soak(nodes, redis, {
      minutes: Number(positionals[0] ?? 5),
      rate: Number(values.rate),
    });
    for (const failure of failures) console.log(`  ${failure}`);
    process.exitCode = failures.length === 0 ? 0 : 1;
  } finally {
    await nodes.stop();
    await redis?.stop();
  }
}

async function soak(
  nodes: Nodes,
  redis: RedisServer | undefined,
  { minutes, rate }: { minutes: number; rate: number },
): Promise<readonly string[]> {
  const churn = new Churn(nodes.urls);
  // What is made once is made before it is looked at.
  await churn.run(5, rate);
  const quiet = QUIET_SECONDS[redis ? 'redis' : 'memory'] * 1000;
  await sleep(quiet);
  const before = await usage(nodes, redis);
  say('before', before);
  const samples: Usage[] = [];
  const timer = setInterval(() => {
    void usage(nodes, redis).then((sample) => {
      samples.push(sample);
      say(`${samples.length * EVERY_SECONDS} s`, sample);
    });
  }, EVERY_SECONDS * 1000);
  await churn.run(minutes * 60, rate);
  clearInterval(timer);
  await sleep(quiet);
  const after = await usage(nodes, redis);
  say('after', after);
  const result = { minutes, rate, ...churn.counts, slope: slopeOf(samples), before, after, samples };
  write(result, redis ? 'redis' : 'memory');
  const { slope } = result;
  console.log(
    `Came and went: ${churn.counts.visits} peers in ${minutes} minutes, ${churn.counts.failures} failed. ` +
      `Live heap ${slope.toFixed(2)} MB a minute; resident ${before['resident']} -> ${after['resident']} MB.`,
  );
  return [...leftovers(before, after), ...nodes.complaints(), ...failedOf(churn)];
}

async function usage(nodes: Nodes, redis: RedisServer | undefined): Promise<Usage> {
  const all = await Promise.all(nodes.urls.map(metricsOf));
  const total = (name: string) => all.reduce((sum, metrics) => sum + (metrics.get(name) ?? 0), 0);
  const megabytes = (name: string) => Math.round(total(name) / 1024 ** 2);
  const counts = Object.entries(EQUAL).map(([figure, name]) => [figure, total(name)] as const);
  return {
    ...Object.fromEntries(counts),
    // Timers, sockets and whatever else keeps a process running.
    resources: total('nodejs_active_resources_total'),
    resident: megabytes('process_resident_memory_bytes'),
    heap: megabytes('nodejs_heap_size_used_bytes'),
    ...(redis && { keys: Number(await redis.cli('DBSIZE')) }),
  };
}

/** Megabytes a minute by which the least heap between collections grows, of two halves of the time after the warm-up. */
function slopeOf(samples: readonly Usage[]): number {
  const warm = samples.slice(Math.ceil(samples.length * WARM_UP)).map(({ heap = 0 }) => heap);
  const half = warm.length >> 1;
  if (half === 0) return 0;
  const growth = Math.min(...warm.slice(-half)) - Math.min(...warm.slice(0, half));
  return growth / ((half * EVERY_SECONDS) / 60);
}

function leftovers(before: Usage, after: Usage): readonly string[] {
  return [...Object.keys(EQUAL), 'resources', 'keys'].flatMap((figure) => {
    const [was, is] = [before[figure] ?? 0, after[figure] ?? 0];
    return is > was ? [`${figure}: ${was} before, ${is} after`] : [];
  });
}

function failedOf({ counts: { visits, failures } }: Churn): readonly string[] {
  return failures > 0 || visits === 0 ? [`${failures} peers did not get what was published`] : [];
}

function say(when: string, sample: Usage): void {
  const figures = Object.entries(sample).map(([figure, value]) => `${figure} ${value}`);
  console.log(`${when.padStart(7)}: ${figures.join(', ')}`);
}

function write(result: object, name: string): void {
  const folder = new URL('./results/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}soak-${name}.json`, `${JSON.stringify(result, null, 1)}\n`);
}

try {
  await main();
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
