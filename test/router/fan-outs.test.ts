import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Topic } from '../../src/core/topic.js';
import { type TestPeer, TestServer, testRoute, testUser } from '../../src/testing.js';

/** More than are sent something at once. */
const MANY = 1500;

let now = 0;
/** Milliseconds that have passed at each look at the clock. */
let step = 0;

beforeEach(() => {
  now = 0;
  step = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += step));
});
afterEach(() => vi.restoreAllMocks());

const tick = () => new Promise((resolve) => setImmediate(resolve));

async function settle(): Promise<void> {
  for (let i = 0; i < 3000; i++) await tick();
}

/** A server with many subscribers of `big`, and a clock by which a slice is over after few of them. */
async function setUp() {
  const server = new TestServer({
    routes: [testRoute('big', 'big', { handler: 'h' }), testRoute('small', 'small', { handler: 'h' })],
    handlers: { h: {} },
  });
  const peers = Array.from({ length: MANY }, () => server.connect());
  for (const peer of peers) await peer.subscribe('big');
  const [first, last] = [peers[0], peers.at(-1)] as [TestPeer, TestPeer];
  await last.subscribe('small');
  const topic = (name: string) => server.router.topics.get(name) as Topic;
  step = 1000;
  return { server, peers, first, last, big: topic('big'), small: topic('small') };
}

const payloads = ({ received }: TestPeer) => received.map(({ payload }) => payload);

describe('a publication for many', () => {
  it('goes in slices, to each of them once', async () => {
    const { peers, big, first, last, server } = await setUp();
    void big.broadcast(1);
    expect([payloads(first), payloads(last)]).toEqual([[1], []]);
    await settle();
    expect(peers.every((peer) => payloads(peer).length === 1)).toBe(true);
    expect(server.router.stats.deliveries).toBe(MANY);
  });

  it('is never overtaken by a later one, whatever its channel', async () => {
    const { big, small, first, last } = await setUp();
    void big.broadcast(1);
    void small.broadcast(2);
    void big.broadcast(3);
    expect(payloads(last)).toEqual([]);
    await settle();
    expect(payloads(last)).toEqual([1, 2, 3]);
    expect(payloads(first)).toEqual([1, 3]);
  });

  it('does not reach who has left meanwhile', async () => {
    const { big, last } = await setUp();
    void big.broadcast(1);
    await last.unsubscribe('big');
    await settle();
    expect(payloads(last)).toEqual([]);
  });

  it('is not for who joins meanwhile, and what follows is', async () => {
    const { server, big } = await setUp();
    void big.broadcast(1);
    const newcomer = server.connect();
    await newcomer.subscribe('big');
    void big.broadcast(2);
    await settle();
    expect(payloads(newcomer)).toEqual([2]);
    void big.broadcast(3);
    await settle();
    expect(payloads(newcomer)).toEqual([2, 3]);
  });

  it('reaches only those that it is for', async () => {
    const { server, big, peers } = await setUp();
    const user = server.connect(testUser('5'));
    await user.subscribe('big');
    void big.broadcast(1, { users: ['5'] });
    await settle();
    expect(payloads(user)).toEqual([1]);
    expect(peers.every((peer) => payloads(peer).length === 0)).toBe(true);
  });

  it('has publishers wait when too much is under way', async () => {
    const { big, last } = await setUp();
    for (let i = 0; i < 150; i++) void big.broadcast(i);
    expect(payloads(last).length).toBeGreaterThan(90);
    await settle();
    expect(payloads(last)).toEqual(Array.from({ length: 150 }, (_, i) => i));
  });

  it('that cannot be encoded for one subscriber does not keep those after it', async () => {
    const { big, first, last } = await setUp();
    vi.spyOn(first.connection, 'send').mockImplementationOnce(() => {
      throw new Error('planted');
    });
    void big.broadcast(1);
    void big.broadcast(2);
    await settle();
    expect(payloads(last)).toEqual([2]);
  });
});
