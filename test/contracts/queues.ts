import {
  message,
  type QueuesFixture,
  queuePolicy,
  queuesContract,
  TestConsumer,
} from '../../src/testing/contracts/queues.js';
import { describeContract } from './describe-contract.js';

export { message, type QueuesFixture, queuePolicy, TestConsumer };

export function describeQueues(name: string, ...given: Parameters<typeof queuesContract>): void {
  describeContract(`the queues of ${name}`, queuesContract(...given));
}
