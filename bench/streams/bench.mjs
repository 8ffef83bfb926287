import { setTimeout as sleep } from 'node:timers/promises';
import { startGenerator, startServer } from '../lib/launch.mjs';
import { cpuMicroseconds, processTree, residentKilobytes } from '../lib/process-tree.mjs';
import { digits, pairedRatio, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { signalbox } from '../servers/signalbox.mjs';

const MAIN = new URL('./main.mjs', import.meta.url);
const SUBSCRIBERS = 1000;
const IDLE = 5000;
const KINDS = { stream: 'bench/1', webSocket: 'bench/2' };
/** Publications of one round, so many of them under way. */
const PUBLICATIONS = 200;
const DEPTHS = [1, 8];
const SETTLING_MS = 3000;
/** Longer than a heart-beat of every stream takes to come round. */
const IDLE_MS = 27_000;

/** Server-Sent Events beside WebSockets of one server: the fan-out in turn, and what streams cost that say nothing. */
export async function benchStreams({ rounds }) {
  const fanOut = {};
  for (const depth of DEPTHS) fanOut[depth] = await benchFanOut(depth, rounds);
  return { fanOut, idle: await benchIdle() };
}

async function withServer(env, work) {
  const { command, ready, env: own } = signalbox.prepare();
  const running = await startServer({ name: 'signalbox', command, ready, env: { ...own, ...env } });
  const generator = startGenerator(MAIN);
  try {
    return await work(running, generator);
  } finally {
    await Promise.all([running.stop(), generator.stop()]);
  }
}

function benchFanOut(depth, rounds) {
  console.log(`\nstreams: ${SUBSCRIBERS} of each kind, ${depth} publications under way`);
  return withServer({ SIGNALBOX_LIMITS_PING: '1h' }, async ({ pid, port }, generator) => {
    for (const [kind, channel] of Object.entries(KINDS))
      await generator.ask('connect', { port, kind, channel, count: SUBSCRIBERS });
    const samples = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, []]));
    for (let round = -1; round < rounds; round++) {
      for (const kind of Object.keys(KINDS)) {
        const before = cpuMicroseconds(processTree(pid));
        const { seconds } = await generator.ask('publish', { kind, count: PUBLICATIONS, depth });
        const deliveries = PUBLICATIONS * SUBSCRIBERS;
        const cpu = (cpuMicroseconds(processTree(pid)) - before) / deliveries;
        if (round >= 0) samples[kind].push({ cpu, rate: deliveries / seconds });
      }
    }
    reportFanOut(samples);
    return samples;
  });
}

function reportFanOut(samples) {
  const costs = (kind) => samples[kind].map(({ cpu }) => cpu);
  printTable([
    ['', 'CPU us/delivery', 'deliveries/s'],
    ...Object.keys(samples).map((kind) => [
      kind,
      spreadText(spread(costs(kind))),
      digits(spread(samples[kind].map(({ rate }) => rate)).median),
    ]),
  ]);
  console.log(`  stream / webSocket: ${spreadText(pairedRatio(costs('stream'), costs('webSocket')))}`);
}

/** Each kind has a process of its own. */
async function benchIdle() {
  const found = {};
  for (const kind of Object.keys(KINDS)) found[kind] = await idle(kind);
  return found;
}

function idle(kind) {
  return withServer({}, async ({ pid, port }, generator) => {
    const tree = processTree(pid);
    await sleep(SETTLING_MS);
    const none = await shareOfCore(tree, IDLE_MS / 3);
    const before = residentKilobytes(tree);
    const opening = cpuMicroseconds(tree);
    await generator.ask('connect', { port, kind, channel: KINDS[kind], count: IDLE });
    const opened = (cpuMicroseconds(tree) - opening) / IDLE;
    await sleep(SETTLING_MS);
    const resident = (residentKilobytes(tree) - before) / IDLE;
    const share = (await shareOfCore(tree, IDLE_MS)) - none;
    console.log(
      `\n${kind}: ${IDLE} idle: ${digits(resident)} KB resident each, ${digits(opened)} us of CPU to open one, ${digits(share * 100)} % of a core while idle, beside ${digits(none * 100)} % without them`,
    );
    return { resident, opened, share, none };
  });
}

async function shareOfCore(tree, milliseconds) {
  const start = cpuMicroseconds(tree);
  await sleep(milliseconds);
  return (cpuMicroseconds(tree) - start) / (milliseconds * 1000);
}
