import { runToEnd } from '../lib/launch.mjs';
import { digits, pairedRatio, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { judge } from '../lib/verdicts.mjs';

const COUNTS = [10, 100, 1000];
const KINDS = [
  ['uncached', 'never seen channels'],
  ['miss', 'channels of no route'],
  ['cached', 'the same 5000 channels'],
  ['linear', 'path-to-regexp, linear'],
];
const PATIENCE_MS = 300_000;
const program = (name, ...args) => [
  process.execPath,
  new URL(`./${name}.mjs`, import.meta.url).pathname,
  ...args.map(String),
];

/** Matches a second, and what the worst channel costs. */
export async function benchRoutes({ rounds, seconds }) {
  console.log('\nroutes: matches a second of CPU');
  const rates = await matchRates(rounds, seconds * 500);
  const of = (kind, count) => rates[`${kind} ${count}`];
  printTable([
    ['', ...COUNTS.map((count) => `${count} routes`)],
    ...KINDS.map(([kind, title]) => [title, ...COUNTS.map((count) => spreadText(spread(of(kind, count))))]),
  ]);
  const rate = (kind) => spread(of(kind, 1000));
  judge({
    row: 11,
    what: 'matches/s, 1000 routes, uncached',
    value: rate('uncached'),
    limit: { atLeast: 5e5 },
  });
  judge({ row: 11, what: 'matches/s, 1000 routes, cached', value: rate('cached'), limit: { atLeast: 5e6 } });
  const slower = pairedRatio(of('uncached', 10), of('uncached', 1000));
  judge({ row: 11, what: 'uncached, 10 routes / 1000 routes', value: slower, limit: { atMost: 2 } });
  return { rates, hostile: await hostile() };
}

async function matchRates(rounds, milliseconds) {
  const rates = {};
  for (let round = 0; round < rounds; round++) {
    for (const count of COUNTS) {
      for (const [kind] of KINDS) {
        const rate = JSON.parse(await runToEnd(program('main', kind, count, milliseconds)));
        (rates[`${kind} ${count}`] ??= []).push(rate);
      }
    }
  }
  return rates;
}

/** A match that does not end in time counts as one that never ends. */
async function hostile() {
  const what = 'ms of the costliest match';
  try {
    const { found, ...counts } = JSON.parse(await runToEnd(program('hostile'), { timeout: PATIENCE_MS }));
    reportHostile(found, counts);
    judge({ row: 12, what, value: spread([found[0].milliseconds]), limit: { atMost: 1 } });
    return found;
  } catch (error) {
    console.log(`  ${error.message}`);
    judge({ row: 12, what, value: spread([Infinity]), limit: { atMost: 1 } });
    return undefined;
  }
}

function reportHostile(found, { tried, accepted, channels }) {
  console.log(`\nhostile: ${channels} channels of 255 bytes; ${accepted} of ${tried} routes were accepted`);
  const costliest = found.slice(0, 5).map(({ pattern, milliseconds, requirements }) => {
    return [pattern, digits(milliseconds), Object.values(requirements).join('  ')];
  });
  printTable([['costliest', 'ms', 'requirements'], ...costliest]);
}
