import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { start, startGenerator } from '../lib/launch.mjs';
import { digits, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { signalbox } from '../servers/signalbox.mjs';

const SUBSCRIBERS = 15_000;
const SIZE = 100;
const WATCH = new URL('./watch.mjs', import.meta.url).href;

/** Starts signalbox with the watch in it; `blocked` says for how long its loop was, since the last time. */
async function startWatched() {
  const { command, env, ready } = signalbox.prepare();
  const [node, ...rest] = command;
  const child = start([node, '--import', WATCH, ...rest], {
    core: 0,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const next = (pattern) =>
    new Promise((resolve) => {
      const look = (line) => {
        const found = pattern.exec(line);
        if (found !== null) resolve(found[1], lines.off('line', look));
      };
      lines.on('line', look);
    });
  const port = Number(await next(ready));
  const blocked = () => {
    const answer = next(/^blocked (.*)/);
    child.kill('SIGUSR2');
    return answer.then(JSON.parse);
  };
  return { pid: child.pid, port, blocked, stop: () => stop(child) };
}

async function stop(child) {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** For how long one publication to many subscribers blocks the event loop, and with it everybody else. */
export async function benchBlocking({ rounds, seconds, sizes = [SUBSCRIBERS] }) {
  const samples = {};
  console.log('\nblocking: the longest time that the event loop is blocked by publications to many');
  const rows = [['subscribers', 'publications', 'longest ms', 'p99 ms', 'CPU us/delivery']];
  for (const subscribers of sizes) {
    samples[subscribers] = await measure({ subscribers, rounds, seconds });
    const of = (key) => spreadText(spread(samples[subscribers].map((sample) => sample[key])));
    const published = samples[subscribers].reduce((sum, { publications }) => sum + publications, 0);
    rows.push([String(subscribers), digits(published), of('longest'), of('p99'), of('cost')]);
  }
  printTable(rows);
  return samples;
}

async function measure({ subscribers, rounds, seconds }) {
  const server = await startWatched();
  const generator = startGenerator();
  const plan = { ...{ wire: 'wamp1', channels: 1, unheard: 0 }, size: SIZE, subscribers };
  await generator.ask('connect', { ...plan, port: server.port, pid: server.pid });
  await generator.ask('greet');
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    await server.blocked();
    const done = await generator.ask('measure', { seconds, cap: subscribers });
    if (done.lost + done.reordered + done.corrupt > 0) throw new Error('deliveries are wrong');
    samples.push({ ...(await server.blocked()), ...done, cost: done.cpu / done.deliveries });
  }
  await generator.stop();
  await server.stop();
  return samples;
}
