import { describe, expect, it } from 'vitest';
import type { Topic } from '../../src/core/topic.js';
import { type TestPeer, TestServer, testRoute } from '../../src/testing.js';

async function setUp() {
  const server = new TestServer({
    routes: [
      testRoute('prices', 'prices', { handler: 'h', slow: 'conflate' }),
      testRoute('news', 'news', { handler: 'h' }),
    ],
    handlers: { h: {} },
  });
  const [slow, other] = [server.connect(), server.connect()];
  for (const peer of [slow, other]) {
    await peer.subscribe('prices');
    await peer.subscribe('news');
  }
  slow.connection.holds = true;
  slow.connection.isCongested = true;
  const topic = (name: string) => server.router.topics.get(name) as Topic;
  return { server, slow, other, prices: topic('prices'), news: topic('news') };
}

const payloads = ({ received }: TestPeer) => received.map(({ payload }) => payload);

describe('a subscriber that takes less than is published, where the route says slow: conflate', () => {
  it('gets the newest alone when what waits for it has gone, and nobody else waits', async () => {
    const { server, slow, other, prices } = await setUp();
    for (const price of [1, 2, 3]) void prices.broadcast(price);
    expect([payloads(slow), payloads(other)]).toEqual([[], [1, 2, 3]]);
    slow.connection.isCongested = false;
    slow.connection.flush();
    expect(payloads(slow)).toEqual([3]);
    void prices.broadcast(4);
    expect(payloads(slow)).toEqual([3, 4]);
    expect(server.router.stats.conflated).toBe(2);
  });

  it('is sent nothing of the channel before that, though it is not congested any more', async () => {
    const { slow, prices } = await setUp();
    void prices.broadcast(1);
    slow.connection.isCongested = false;
    void prices.broadcast(2);
    expect(payloads(slow)).toEqual([]);
    slow.connection.flush();
    expect(payloads(slow)).toEqual([2]);
  });

  it('gets all of its other channels', async () => {
    const { slow, prices, news } = await setUp();
    void prices.broadcast(1);
    void news.broadcast('a');
    void prices.broadcast(2);
    void news.broadcast('b');
    slow.connection.flush();
    expect(payloads(slow)).toEqual(['a', 'b', 2]);
  });

  it('gets nothing when it has left before', async () => {
    const { slow, prices } = await setUp();
    void prices.broadcast(1);
    await slow.unsubscribe('prices');
    slow.connection.flush();
    expect(payloads(slow)).toEqual([]);
  });

  it('is not held back for what is not for it', async () => {
    const { server, slow, prices } = await setUp();
    void prices.broadcast(1);
    void prices.broadcast(2, { exclude: [slow.session.id] });
    slow.connection.flush();
    expect(payloads(slow)).toEqual([1]);
    expect(server.router.stats.conflated).toBe(0);
  });
});
