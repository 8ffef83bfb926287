import { brokerDelivery } from './broker-delivery.js';
import { brokerHistory } from './broker-history.js';
import type { BrokerFixture } from './broker-world.js';
import type { ContractCheck } from './contract.js';

export type { BrokerFixture };

/** What the router relies on, whatever carries the publications. */
export function brokerContract(
  create: () => Promise<BrokerFixture> | BrokerFixture,
  options: { readonly durable?: boolean } = {},
): readonly ContractCheck[] {
  return [...brokerDelivery(create), ...brokerHistory(create, options)];
}
