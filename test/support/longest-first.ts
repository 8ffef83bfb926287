import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take more than ten seconds on two cores, the longest first. */
export const LONG: readonly string[] = [
  'test/faults/scenarios.test.ts',
  'test/e2e/chat-page.test.ts',
  'test/security/attacks.test.ts',
  'test/package.test.ts',
  'test/e2e/page.test.ts',
  'test/docs/examples.test.ts',
  'test/docs/tutorial.test.ts',
  'test/stores/embedded-store.test.ts',
  'test/matrix/delivery.test.ts',
  'test/faults/peers.test.ts',
  'test/matrix/behaviour.test.ts',
  'test/e2e/xmlsocket.test.ts',
  'test/docs/site.test.ts',
  'test/wamp2/vectors/vectors.test.ts',
  'test/app/contracts/types.test.ts',
  'test/dashboard/page.test.ts',
  'test/e2e/dashboard.test.ts',
  'test/e2e/tls.test.ts',
  'test/e2e/sse-page.test.ts',
  'test/e2e/cli-server.test.ts',
  'test/e2e/drain.test.ts',
  'test/faults/nodes.test.ts',
  'test/deploy/proxies.test.ts',
  'test/brokers/redis-queues.test.ts',
  'test/brokers/durable-histories.test.ts',
  'test/faults/redis-broker.test.ts',
  'test/app/doctor/doctor.test.ts',
  'test/docs/snippets.test.ts',
  'test/contracts/redis-broker.test.ts',
  'test/e2e/client-recovery.test.ts',
];

/** The order of files: one that takes long and came last would leave all cores but one idle. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONG.indexOf(relative(root, moduleId));
      return place === -1 ? LONG.length : place;
    };
    const others = await super.sort(files);
    return others.sort((a, b) => rank(a) - rank(b));
  }
}
