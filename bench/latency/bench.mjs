import { startGenerator, startServer } from '../lib/launch.mjs';
import { digits, pairedRatio, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { judge } from '../lib/verdicts.mjs';
import { SERVERS } from '../servers/index.mjs';

const SUBSCRIBERS = 100;
const BESIDE = ['net-write', 'ws', 'socket-io', 'nats', 'signalbox'];
/** Row 10: what a latency may be of that of `ws` at most, by deliveries a second. */
const GOALS = { 20000: { p50: 1.2, p99: 1.2 }, 60000: { p99: 0.5 } };
/** The windows of the other work loads are too short for a 99th percentile that is not chance. */
const LONGER = 4;

/** How late deliveries are while the server has time to spare: publications at a steady rate to 100 subscribers. */
export async function benchLatency({ rounds, seconds, payload, servers }) {
  const chosen = SERVERS.filter(
    ({ name, missing }) => BESIDE.includes(name) && (servers?.includes(name) ?? true) && !missing?.(),
  );
  const running = await Promise.all(chosen.map((server) => start(server, payload)));
  const samples = {};
  try {
    for (const deliveries of Object.keys(GOALS))
      samples[deliveries] = await measure(running, { deliveries, rounds, seconds: seconds * LONGER });
  } finally {
    await Promise.all(running.flatMap(({ stop, generator }) => [stop(), generator.stop()]));
  }
  return samples;
}

async function start(server, size) {
  const { pid, port, stop } = await startServer({ name: server.name, ...server.prepare() });
  const generator = startGenerator();
  const plan = { wire: server.wire, channels: 1, subscribers: SUBSCRIBERS, unheard: 0, size };
  await generator.ask('connect', { ...plan, pid, port });
  await generator.ask('greet');
  return { name: server.name, generator, stop };
}

async function measure(running, { deliveries, rounds, seconds }) {
  console.log(`\nlatency: ${deliveries} deliveries a second, ${SUBSCRIBERS} of each publication`);
  const samples = Object.fromEntries(running.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const { name, generator } of running) {
      const sample = await generator.ask('pace', { rate: deliveries / SUBSCRIBERS, seconds });
      if (sample.lost + sample.reordered + sample.corrupt > 0)
        throw new Error(`${name}: deliveries are wrong`);
      if (round >= 0) samples[name].push(sample);
    }
  }
  report(deliveries, samples);
  return samples;
}

function report(deliveries, samples) {
  const of = (name, figure) => samples[name].map(figure);
  const text = (name, figure) => spreadText(spread(of(name, figure)));
  printTable([
    ['', 'p50 ms', 'p99 ms', 'longest', 'server busy'],
    ...Object.keys(samples).map((name) => [
      ...[name, text(name, ({ p50 }) => p50), text(name, ({ p99 }) => p99)],
      digits(spread(of(name, ({ longest }) => longest)).max),
      digits(spread(of(name, ({ cpu, seconds }) => cpu / 1e6 / seconds)).median),
    ]),
  ]);
  if (samples.ws === undefined || samples.signalbox === undefined) return;
  for (const [percentile, atMost] of Object.entries(GOALS[deliveries])) {
    const value = pairedRatio(
      of('signalbox', (sample) => sample[percentile]),
      of('ws', (sample) => sample[percentile]),
    );
    const what = `latency ${deliveries}, ${percentile}, signalbox / ws`;
    judge({ row: 10, what, value, limit: { atMost } });
  }
}
