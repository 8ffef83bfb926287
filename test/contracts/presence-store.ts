import {
  presenceStoreContract as checks,
  member,
  type PresenceStoreFixture,
} from '../../src/testing/contracts/presence-store.js';
import { describeContract } from './describe-contract.js';

export { member, type PresenceStoreFixture };

export function presenceStoreContract(name: string, ...given: Parameters<typeof checks>): void {
  describeContract(`the contract of presence stores: ${name}`, checks(...given));
}
