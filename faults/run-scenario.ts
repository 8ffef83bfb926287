import { type Result, resultOf } from './report.js';
import type { Scenario, Size } from './scenario.js';
import { Trial } from './trial.js';

/** Runs a scenario to its end; whatever happens, nothing that it has started is left. */
export async function runScenario(
  scenario: Scenario,
  { size, seed }: { size: Size; seed: number },
): Promise<Result> {
  const trial = new Trial(scenario.sizes[size], seed);
  try {
    await scenario.run(trial);
    await trial.settle();
    return resultOf(trial, { scenario, size, seed });
  } finally {
    await trial.stop();
  }
}
