import { describe, it } from 'vitest';
import type { ContractCheck } from '../../src/testing/contracts.js';

/** The checks of a contract as tests. */
export function describeContract(name: string, checks: readonly ContractCheck[]): void {
  describe(name, () => {
    for (const { name: promise, run } of checks) {
      it(promise, async (context) => {
        const reason = await run();
        if (reason !== undefined) context.skip(reason);
      });
    }
  });
}
