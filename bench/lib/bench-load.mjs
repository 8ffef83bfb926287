import { startGenerator, startServer } from './launch.mjs';
import { processTree, residentKilobytes } from './process-tree.mjs';

/** Starts each server with a generator of its own. They all stay: only one at a time has anything to do. */
async function startAll(servers, work) {
  const pairs = [];
  for (const server of servers) {
    const running = await startServer({ name: server.name, ...server.prepare() });
    const generator = startGenerator();
    const plan = { wire: server.wire, port: running.port, pid: running.pid, ...work.plan };
    pairs.push({ name: server.name, running, generator, plan });
  }
  return pairs;
}

async function stopAll(pairs) {
  await Promise.all(pairs.flatMap(({ running, generator }) => [running.stop(), generator.stop()]));
}

function checkSequence(name, { lost, reordered, corrupt }) {
  if (lost + reordered + corrupt === 0) return;
  throw new Error(`${name}: ${lost} lost, ${reordered} out of order, ${corrupt} corrupt`);
}

/**
 * Measures servers in turn, round by round (A B C A B C ...), so that whatever else the machine does meets all
 * of them. The first window of each warms up and is thrown away. Answers the samples by server.
 */
export async function measureRounds(servers, work, { rounds, seconds }) {
  const samples = new Map(servers.map(({ name }) => [name, []]));
  const pairs = await startAll(servers, work);
  try {
    for (const { generator, plan } of pairs) {
      await generator.ask('connect', plan);
      await generator.ask('greet');
    }
    for (let round = -1; round < rounds; round++) {
      for (const { name, generator } of pairs) {
        const sample = await generator.ask('measure', { seconds, cap: work.cap });
        checkSequence(name, sample);
        if (round >= 0) samples.get(name).push(sample);
      }
    }
  } finally {
    await stopAll(pairs);
  }
  return samples;
}

const SETTLING_MS = 3000;

/** Measures, in fresh processes, what connections cost that say nothing. */
export async function measureIdle(servers, work, { rounds }) {
  const samples = new Map(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) samples.get(server.name).push(await idle(server, work));
  }
  return samples;
}

async function idle(server, work) {
  const pairs = await startAll([server], work);
  const [{ name, running, generator, plan }] = pairs;
  try {
    const before = residentKilobytes(processTree(running.pid));
    const sample = await generator.ask('connect', plan);
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    const resident = residentKilobytes(processTree(running.pid)) - before;
    await generator.ask('greet');
    checkSequence(name, await generator.ask('measure', { seconds: 0.2, cap: sample.connections }));
    return { ...sample, resident };
  } finally {
    await stopAll(pairs);
  }
}
