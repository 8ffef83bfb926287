/** What a dashboard costs a server that holds many connections: without one, with one open, and each of its lists. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startGenerator, startServer } from '../lib/launch.mjs';
import { cpuMicroseconds, processTree } from '../lib/process-tree.mjs';
import { digits, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { signalbox } from '../servers/signalbox.mjs';

const MAIN = new URL('./main.mjs', import.meta.url);
const KEY = 'the-key-of-operators-in-the-benchmark';
const CHANNELS = 5000;
const EACH = 2;
/** As long as between two pings of a connection, so that each window has them all. */
const WINDOW_MS = 25_000;
const SETTLING_MS = 3000;
const REFRESH_MS = 5000;
/** Requests for the cost of one answer. */
const REQUESTS = 50;

const LISTS = [
  'overview',
  'sessions',
  'sessions?search=127.0.0.1',
  'channels?sort=name',
  'channels?sort=subscribers',
  'channels?sort=rate&search=1',
  'routes',
  'refusals',
  'slow',
  'nodes',
];

export async function benchAdmin({ rounds }) {
  const { command, ready, env } = signalbox.prepare();
  const running = await startServer({
    name: 'signalbox',
    command,
    ready,
    env: { ...env, SIGNALBOX_ADMIN_KEY: KEY },
  });
  const generator = startGenerator(MAIN);
  try {
    console.log(`\nadmin: ${CHANNELS * EACH} connections on ${CHANNELS} channels`);
    await generator.ask('connect', { port: running.port, channels: CHANNELS, each: EACH });
    await sleep(SETTLING_MS);
    return { answers: await benchAnswers(running), shares: await benchShares(running, Math.min(rounds, 3)) };
  } finally {
    await Promise.all([running.stop(), generator.stop()]);
  }
}

/** CPU milliseconds of one answer of each list, idle work included. */
async function benchAnswers({ pid, port }) {
  const answers = {};
  for (const list of LISTS) {
    const tree = processTree(pid);
    await ask(port, list);
    const before = cpuMicroseconds(tree);
    let octets = 0;
    for (let n = 0; n < REQUESTS; n++) octets += (await ask(port, list)).length;
    answers[list] = {
      milliseconds: (cpuMicroseconds(tree) - before) / REQUESTS / 1000,
      octets: octets / REQUESTS,
    };
  }
  printTable([
    ['', 'CPU ms/answer', 'KB'],
    ...LISTS.map((list) => [list, digits(answers[list].milliseconds), digits(answers[list].octets / 1024)]),
  ]);
  return answers;
}

/** Windows without and with a dashboard, in turn. */
async function benchShares(running, rounds) {
  const shares = { without: [], with: [] };
  for (let round = 0; round < rounds; round++) {
    shares.without.push(await shareOfCore(running));
    const close = await openDashboard(running.port);
    await sleep(SETTLING_MS);
    shares.with.push(await shareOfCore(running));
    await close();
  }
  const cost = shares.with.map((share, round) => share - shares.without[round]);
  const percent = (values) => spreadText(spread(values.map((share) => share * 100)));
  console.log(
    `  ${percent(shares.without)} % of a core without a dashboard, ${percent(shares.with)} % with one: ${percent(cost)} % for it`,
  );
  return shares;
}

/** One stream, and every list again and again, as the page does with the one that is shown. */
async function openDashboard(port) {
  const abort = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/admin/api/stream`, {
    headers: { authorization: `Bearer ${KEY}` },
    signal: abort.signal,
  });
  const reading = (async () => {
    for await (const _ of response.body);
  })().catch(() => undefined);
  const timer = setInterval(() => {
    for (const list of LISTS) ask(port, list).catch(() => undefined);
  }, REFRESH_MS);
  return () => {
    clearInterval(timer);
    abort.abort();
    return reading;
  };
}

async function ask(port, list) {
  const response = await fetch(`http://127.0.0.1:${port}/admin/api/${list}`, {
    headers: { authorization: `Bearer ${KEY}` },
  });
  if (!response.ok) throw new Error(`${list} is answered ${response.status}`);
  return response.text();
}

async function shareOfCore({ pid }) {
  const tree = processTree(pid);
  const start = cpuMicroseconds(tree);
  await sleep(WINDOW_MS);
  return (cpuMicroseconds(tree) - start) / (WINDOW_MS * 1000);
}
