import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { TopicHandler } from '../../src/core/topic.js';
import { RouteAccess } from '../../src/router/access.js';
import { TestServer, testRoute } from '../../src/testing.js';

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, { payload }) => topic.broadcast(payload),
};
const TIMES = 1_000;
/** The two that are served, those of the change before, and what the runner itself holds. */
const FEW = 20;

const canCount = typeof v8.queryObjects === 'function';
if (!canCount) console.warn('skipped: this version of Node does not count objects (v8.queryObjects)');

describe.skipIf(!canCount)('a node whose routes have changed 1,000 times with the same handler', () => {
  it('holds nothing of the routes that were', async () => {
    const publish = { rate: 10, burst: 10 };
    const routes = (turn: number) => [
      testRoute('room', 'room/{id}', { handler: 'broadcast', limits: { subscribers: turn, publish } }),
      testRoute(`passing${turn}`, 'passing/{id}', {
        handler: 'broadcast',
        limits: { publish: { ...publish, burst: turn } },
      }),
    ];
    const server = new TestServer({ routes: routes(1), handlers: { broadcast } });
    const peer = server.connect();
    await peer.subscribe('room/1');
    for (let turn = 2; turn < TIMES; turn++) {
      server.reroute(routes(turn), { broadcast });
      await peer.publish('passing/1', turn);
    }
    await sleep(0);
    expect(v8.queryObjects(RouteAccess, { format: 'count' })).toBeLessThan(FEW);
    expect(server.router.inspection.routeFigures.size).toBeLessThan(FEW);
    expect(server.router.inspection.routeFigures.get('room')).toMatchObject({ channels: 1, subscribers: 1 });
  });
});
