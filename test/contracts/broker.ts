import { type BrokerFixture, brokerContract as checks } from '../../src/testing/contracts/broker.js';
import { describeContract } from './describe-contract.js';

export type { BrokerFixture };

export function brokerContract(name: string, ...given: Parameters<typeof checks>): void {
  describeContract(`the contract of brokers: ${name}`, checks(...given));
}
