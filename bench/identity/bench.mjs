import { runToEnd } from '../lib/launch.mjs';
import { spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { judge } from '../lib/verdicts.mjs';

/** What is checked, and how many microseconds of CPU it may take; the first is what the tickets are compared with. */
const KINDS = new Map([
  ['bare hmac', undefined],
  ['ticket v1', 100],
  ['ticket e1', undefined],
  ['owner', 5],
  ['equal', 5],
  ['roles', 5],
  ['walk', 5],
  ['payload', 5],
]);
const ROW = 15;

/** What it costs to know a ticket and to ask a rule: in fresh processes, in turn. */
export async function benchIdentity({ rounds, seconds }) {
  console.log('\nidentity: tickets and rules');
  const main = new URL('./main.mjs', import.meta.url).pathname;
  const costs = new Map([...KINDS.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of KINDS.keys()) {
      const command = [process.execPath, main, name, String(seconds * 300)];
      costs.get(name).push(JSON.parse(await runToEnd(command)));
    }
  }
  printTable([
    ['', 'CPU us', '/ bare hmac'],
    ...[...costs].map(([name, values]) => [
      name,
      spreadText(spread(values)),
      (spread(values).median / spread(costs.get('bare hmac')).median).toFixed(2),
    ]),
  ]);
  for (const [name, atMost] of KINDS) {
    if (atMost === undefined) continue;
    judge({ row: ROW, what: `CPU us of ${name}`, value: spread(costs.get(name)), limit: { atMost } });
  }
  return Object.fromEntries(costs);
}
