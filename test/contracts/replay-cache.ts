import {
  replayCacheContract as checks,
  type ReplayCacheFixture,
} from '../../src/testing/contracts/replay-cache.js';
import { describeContract } from './describe-contract.js';

export type { ReplayCacheFixture };

export function replayCacheContract(name: string, ...given: Parameters<typeof checks>): void {
  describeContract(`the contract of replay caches: ${name}`, checks(...given));
}
