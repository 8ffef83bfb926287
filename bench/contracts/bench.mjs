import { runToEnd } from '../lib/launch.mjs';
import { spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';

const KINDS = ['no schema', 'schema', 'no schema, 4 KiB', 'schema, 4 KiB'];

/** What a schema costs a publication that nobody hears: in fresh processes, in turn. */
export async function benchContracts({ rounds, seconds }) {
  console.log('\ncontracts: publications with and without a schema');
  const main = new URL('./main.mjs', import.meta.url).pathname;
  const costs = new Map(KINDS.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of KINDS)
      costs.get(name).push(JSON.parse(await runToEnd([process.execPath, main, name, String(seconds * 300)])));
  }
  printTable([['', 'CPU us'], ...[...costs].map(([name, values]) => [name, spreadText(spread(values))])]);
  return Object.fromEntries(costs);
}
