import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runToEnd } from '../lib/launch.mjs';
import { pairedRatio, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { temporaryFolder } from '../lib/temporary-folder.mjs';
import { judge } from '../lib/verdicts.mjs';

const FAN_OUTS = ['ws', 'signalbox'];
/** Messages in a tick, and how much cheaper than one ws.send(string) a delivery has to be then. */
const GOALS = new Map([
  [1, 2.5],
  [5, 12],
  [50, 40],
]);
const ROW = 3;

/** Compiles the shim; undefined where that is not possible. */
function compileShim() {
  const shim = join(temporaryFolder(), 'swallow.so');
  const source = new URL('./swallow.c', import.meta.url).pathname;
  const { status } = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', shim, source, '-ldl']);
  return status === 0 ? shim : undefined;
}

/** What a delivery costs without the kernel: in fresh processes, in turn. */
export async function benchUserland({ rounds, seconds }) {
  console.log('\nuserland: 1000 connections, the kernel taken out');
  const shim = compileShim();
  if (shim === undefined) {
    console.log('  left out: needs the C compiler cc, to build bench/userland/swallow.c');
    return undefined;
  }
  const costs = new Map(FAN_OUTS.map((name) => [name, []]));
  const main = new URL('./main.mjs', import.meta.url).pathname;
  const milliseconds = String(seconds * 400);
  for (let round = 0; round < rounds; round++) {
    for (const name of FAN_OUTS) {
      const command = [process.execPath, main, name, milliseconds, ...GOALS.keys()].map(String);
      costs.get(name).push(JSON.parse(await runToEnd(command, { env: { LD_PRELOAD: shim } })));
    }
  }
  report(costs);
  return Object.fromEntries(costs);
}

function report(costs) {
  const ks = [...GOALS.keys()];
  const of = (name, k) => costs.get(name).map((cost) => cost[k]);
  printTable([
    ['CPU us/delivery', ...ks.map((k) => `k = ${k}`)],
    ...FAN_OUTS.map((name) => [name, ...ks.map((k) => spreadText(spread(of(name, k))))]),
  ]);
  for (const [k, atLeast] of GOALS) {
    const value = pairedRatio(of('ws', 1), of('signalbox', k));
    judge({ row: ROW, what: `userland, ws at k = 1 / signalbox at k = ${k}`, value, limit: { atLeast } });
  }
}
