/** `npm run faults`: see docs/faults.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { redisInstalled } from '../test/support/redis-server.js';
import { lineOf } from './report.js';
import { type Outcome, runScenario } from './run-scenario.js';
import type { Scenario, Size } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';

const USAGE = `usage: npm run faults [-- SCENARIO...] [options]
  --size small|full   how much of everything there is (small)
  --seed N            the same seed, the same schedule (1)
  --list              the scenarios, and what each does`;

const MOST_PRINTED = 10;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: 'string', default: 'small' },
      seed: { type: 'string', default: '1' },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  if (values.list) return console.log(SCENARIOS.map(({ name, title }) => `${name}: ${title}`).join('\n'));
  const { size } = values;
  if (size !== 'small' && size !== 'full') throw new Error(`there is no size ${size}\n${USAGE}`);
  let failed = 0;
  for (const scenario of chosen(positionals)) {
    if (scenario.needs === 'redis' && !redisInstalled) {
      console.log(`SKIP ${scenario.name}: needs redis-server: apt install redis-server`);
      continue;
    }
    if (!(await perform(scenario, { size, seed: Number(values.seed) }))) failed++;
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

function chosen(names: readonly string[]): readonly Scenario[] {
  const unknown = names.find((name) => SCENARIOS.every((scenario) => scenario.name !== name));
  if (unknown !== undefined) throw new Error(`no scenario is named ${unknown}\n${USAGE}`);
  return SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function perform(scenario: Scenario, how: { size: Size; seed: number }): Promise<boolean> {
  const outcome = await runScenario(scenario, how);
  const { result } = outcome;
  console.log(lineOf(result));
  for (const failure of result.failures.slice(0, MOST_PRINTED)) console.log(`  ${failure}`);
  write(outcome);
  return result.failures.length === 0;
}

/** The result, and where something is wrong what everybody was told. */
function write({ result, ...records }: Outcome): void {
  const folder = new URL('./results/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${result.scenario}-${result.size}`;
  writeFileSync(`${path}.json`, `${JSON.stringify({ ...result, line: lineOf(result) }, null, 1)}\n`);
  if (result.failures.length > 0) writeFileSync(`${path}.records.json`, JSON.stringify(records));
}

try {
  await main();
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
