import { describe, expect, it } from 'vitest';
import { lineOf } from '../../faults/report.js';
import { runScenario } from '../../faults/run-scenario.js';
import { SCENARIOS } from '../../faults/scenarios/index.js';
import { redisInstalled } from '../support/redis-server.js';

/** The same faults at the same times, as far as a machine allows. To look further: FAULTS_SEED=2, 3, … */
const seed = Number(process.env['FAULTS_SEED'] ?? 1);

describe('every subscriber has what was acknowledged, once and in order, or was told', () => {
  for (const scenario of SCENARIOS) {
    const canRun = scenario.needs !== 'redis' || redisInstalled;
    it.skipIf(!canRun)(`when ${scenario.title}`, { timeout: 120_000 }, async () => {
      const { result } = await runScenario(scenario, { size: 'small', seed });
      console.log(lineOf(result));
      expect(result.failures).toEqual([]);
    });
  }
});
