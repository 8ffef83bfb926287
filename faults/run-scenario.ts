import type { Acknowledged, SubscriberLog } from './records.js';
import { type Result, resultOf } from './report.js';
import type { Scenario, Size } from './scenario.js';
import { Trial } from './trial.js';

/** A result, and the records that it was made of. */
export interface Outcome {
  readonly result: Result;
  readonly acknowledged: readonly Acknowledged[];
  readonly logs: readonly SubscriberLog[];
}

/** Runs a scenario to its end; whatever happens, nothing that it has started is left. */
export async function runScenario(
  scenario: Scenario,
  { size, seed }: { size: Size; seed: number },
): Promise<Outcome> {
  const trial = new Trial(scenario.sizes[size], seed);
  try {
    await scenario.run(trial);
    await trial.settle();
    const logs = trial.subscribers.flatMap((subscriber) => subscriber.logs());
    return { result: resultOf(trial, { scenario, size, seed }), acknowledged: trial.acknowledged, logs };
  } finally {
    await trial.stop();
  }
}
