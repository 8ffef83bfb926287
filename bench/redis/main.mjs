/**
 * What a history in Redis costs: octets per channel beside a stream with a hash, time of Redis per publication and per recovery, and
 * how many a node does in a second. Starts a redis-server of its own. `node bench/redis/main.mjs`, after a build.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLink, RedisBroker } from '../../dist/src/brokers/index.js';
import { Payload } from '../../dist/src/core/payload.js';

const CHANNELS = 200;
const SIZE = 100;
const AT_ONCE = 256;
const SECONDS = 1;
const ROUNDS = 6;
const BODY = Payload.fromJson(Buffer.from(JSON.stringify({ text: 'x'.repeat(245) })));
const HISTORY = { size: SIZE, ttl: 600_000 };
/** The usual way, without tokens, times, versions and keys. */
const STREAM = `
local s = redis.call('HINCRBY', KEYS[1], 's', 1)
redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[2], s .. '-0', 'd', ARGV[1])
redis.call('PEXPIRE', KEYS[1], 600000)
redis.call('PEXPIRE', KEYS[2], 600000)
redis.call('PUBLISH', KEYS[2], s .. ' ' .. ARGV[1])
return s`;
const LOGGER = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]),
);

const port = await freePort();
const redis = spawn(
  'redis-server',
  ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'],
  { stdio: 'ignore' },
);
process.on('exit', () => redis.kill());
await sleep(500);
const address = `redis://127.0.0.1:${port}/0`;
const link = createLink({ address, prefix: 'sb', name: 'bench', logger: LOGGER, patience: 5000 });
const broker = new RedisBroker({
  link,
  logger: LOGGER,
  meter: { count: () => undefined },
  limits: { retained: 10_000 },
});
let heard = 0;
await broker.start({ deliver: () => heard++, lost: () => undefined });

let id = 0;
const publish = (channel, keeping) =>
  broker.publish(
    { id: String(++id), channel, payload: BODY, time: Date.now(), audience: undefined },
    keeping,
  );
const kept = { retain: false, history: HISTORY };

console.log('octets per channel, payload of 256:');
for (const count of [0, 1, 10, 100]) {
  const ring = await octetsOf((channel) =>
    count === 0 ? begin(channel) : repeat(count, () => publish(channel, kept)),
  );
  const stream = await octetsOf((channel) => writeStream(channel, count));
  console.log(`  ${count} publications: hash ${ring}, stream and hash ${stream}`);
}

console.log('one after another in each of 256 flows:');
await command('FLUSHALL');
await measure('PUBLISH, nobody subscribed', (n) => publish(`channel ${n % CHANNELS}`));
const streamed = await command('SCRIPT', 'LOAD', STREAM);
await measure('with a stream and a hash', (n) => {
  const [meta, stream] = [`sb:m:${n % CHANNELS}`, `sb:s:${n % CHANNELS}`];
  return command('EVALSHA', String(streamed), '2', meta, stream, BODY.bytes, String(SIZE));
});
await measure('with a history of 100', (n) => publish(`channel ${n % CHANNELS}`, kept));
for (let n = 0; n < CHANNELS * SIZE; n += CHANNELS)
  await Promise.all(Array.from({ length: CHANNELS }, (_, i) => publish(`channel ${i}`, kept)));
const places = await Promise.all(
  Array.from({ length: CHANNELS }, (_, n) => broker.history({ match: 'exact', channel: `channel ${n}` })),
);
const placeOf = (n, missed) => places[n % CHANNELS].at(-1 - missed)?.position;
for (const missed of [0, 10, 90])
  await measure(`recovery of ${missed}, from Redis`, (n) =>
    broker.recover(`channel ${n % CHANNELS}`, placeOf(n, missed), 300),
  );
await broker.subscribe('channel 0', HISTORY);
for (let n = 0; n < SIZE; n++) await publish('channel 0', kept);
await sleep(200);
const own = await broker.history({ match: 'exact', channel: 'channel 0' });
await measure('recovery of 10, from memory', () => broker.recover('channel 0', own.at(-11).position, 300));
heard = 0;
await measure('with a history, and delivered', () => publish('channel 0', kept));
console.log(`  (${heard} delivered)`);
const begun = performance.now();
await Promise.all(Array.from({ length: 100_000 }, (_, n) => broker.subscribe(`many ${n}`)));
console.log(`  100,000 channels subscribed in ${Math.round(performance.now() - begun)} ms`);

broker.close();
link.close();
process.exit();

async function octetsOf(write) {
  await command('FLUSHALL');
  const before = await usedMemory();
  const channels = 1000;
  for (let n = 0; n < channels; n += 100)
    await Promise.all(Array.from({ length: 100 }, (_, i) => write(`some/channel/${n + i}`)));
  // The index is counted, too: it belongs to a channel.
  return Math.round(((await usedMemory()) - before) / channels);
}

async function begin(channel) {
  await broker.subscribe(channel, HISTORY);
  broker.unsubscribe(channel);
}

async function repeat(count, action) {
  for (let n = 0; n < count; n++) await action();
}

/** As others keep it: entries in a stream, epoch and offset in a hash. */
async function writeStream(channel, count) {
  const [meta, stream] = [`sb:m:${channel}`, `sb:s:${channel}`];
  await link.command(meta, ['HSET', meta, 'e', 'abcdefgh', 's', String(count), 't', '0123456789ab']);
  await link.command(meta, ['PEXPIRE', meta, '600000']);
  for (let n = 0; n < count; n++)
    await link.command(stream, ['XADD', stream, 'MAXLEN', String(SIZE), '*', 'd', BODY.bytes]);
  await link.command(stream, ['PEXPIRE', stream, '600000']);
}

/** The least time of some rounds: others use the machine, too. */
async function measure(what, action) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measureOnce(action));
  const rate = Math.max(...rounds.map((round) => round.rate));
  const [own, there] = ['own', 'there'].map((side) =>
    Math.min(...rounds.map((round) => round[side])).toFixed(1),
  );
  console.log(`  ${what}: ${Math.round(rate)}/s, CPU of Redis ${there} us, of the node ${own} us`);
}

async function measureOnce(action) {
  const end = performance.now() + SECONDS * 1000;
  const before = { own: process.cpuUsage(), there: cpuOfRedis() };
  let count = 0;
  const work = async () => {
    while (performance.now() < end) await action(count++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const { user, system } = process.cpuUsage(before.own);
  const there = cpuOfRedis() - before.there;
  return { rate: count / SECONDS, own: (user + system) / count, there: there / count };
}

/** Microseconds, in steps of ten thousand. */
function cpuOfRedis() {
  const [user, system] = readFileSync(`/proc/${redis.pid}/stat`, 'utf8').split(' ').slice(13, 15);
  return (Number(user) + Number(system)) * 10_000;
}

async function usedMemory() {
  return Number(/used_memory:(\d+)/.exec(String(await command('INFO', 'memory')))?.[1]);
}

function command(...words) {
  return link.command('', words);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
