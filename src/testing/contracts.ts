/**
 * What ports promise, as lists of checks for any test runner: `for (const { name, run } of brokerContract(make)) test(name, run)`.
 */
export { type AuthenticatorFixture, authenticatorContract } from './contracts/authenticator.js';
export { type BrokerFixture, brokerContract } from './contracts/broker.js';
export type { ContractCheck } from './contracts/contract.js';
export { type PresenceStoreFixture, presenceStoreContract } from './contracts/presence-store.js';
export { queueStoreContract, type StoreWorld } from './contracts/queue-store.js';
export { type QueuesFixture, queuesContract } from './contracts/queues.js';
export { type ReplayCacheFixture, replayCacheContract } from './contracts/replay-cache.js';
