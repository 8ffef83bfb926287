import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Payload } from '../../src/core/payload.js';
import { Session, sessionId } from '../../src/core/session.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, type TestServerOptions, testBackend, testRoute, testUser } from '../../src/testing.js';

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, { payload }) => topic.broadcast(payload),
};

function serve(
  limits: NonNullable<TestServerOptions['limits']>,
  ofRoute: Parameters<typeof testRoute>[2] = {},
): TestServer {
  const routes = [testRoute('chat', 'chat/{room}', ofRoute)];
  return new TestServer({ routes, handlers: { chat: broadcast }, limits });
}

const EVENT = { exclude: [], eligible: [], payload: Payload.of('again') };

const overLimit = (limit: string) => ({ code: 'limit_exceeded', limit });

describe('a session', () => {
  it('has as many subscriptions as it may, and one more after it gives one back', async () => {
    const peer = serve({ subscriptions: 2 }).connect();
    await peer.subscribe('chat/a');
    await peer.subscribe('chat/b');
    await expect(peer.subscribe('chat/c')).rejects.toMatchObject(overLimit('limits.subscriptions'));
    await peer.unsubscribe('chat/a');
    await peer.subscribe('chat/c');
  });

  it('has as many channels as it may, each as often as it likes', async () => {
    const peer = serve({ channels: 2 }).connect();
    await peer.subscribe('chat/a');
    await peer.subscribe('chat/a');
    await peer.subscribe('chat/b');
    await peer.subscribe('chat/b');
    await expect(peer.subscribe('chat/c')).rejects.toMatchObject(overLimit('limits.channels'));
  });

  it('has a pattern counted as one channel, other than the channel and the other kind of pattern of its text', async () => {
    const peer = serve({ channels: 3 }).connect();
    await peer.subscribe('chat/a');
    await peer.subscribe('chat/a', 'prefix');
    await peer.subscribe('chat/a', 'wildcard');
    await peer.subscribe('chat/a', 'prefix');
    await expect(peer.subscribe('chat/b')).rejects.toMatchObject(overLimit('limits.channels'));
    await expect(peer.subscribe('chat/', 'prefix')).rejects.toMatchObject(overLimit('limits.channels'));
  });

  it('has as many patterns as it may, however many channels it has beside them', async () => {
    const peer = serve({ patterns: 2 }).connect();
    for (const room of ['a', 'b', 'c']) await peer.subscribe(`chat/${room}`);
    await peer.subscribe('chat/', 'prefix');
    await peer.subscribe('chat/.', 'wildcard');
    await expect(peer.subscribe('ch', 'prefix')).rejects.toMatchObject(overLimit('limits.patterns'));
    await peer.subscribe('chat/d');
  });
});

describe('a channel', () => {
  it('has as many subscribers as its route allows, and lets one more in after one has left', async () => {
    const server = serve({}, { limits: { subscribers: 2 } });
    const [first, second, third] = [server.connect(), server.connect(), server.connect()];
    await first.subscribe('chat/a');
    await second.subscribe('chat/a');
    await expect(third.subscribe('chat/a')).rejects.toMatchObject({
      ...overLimit('route.limits.subscribers'),
      message: expect.stringContaining('limits.subscribers of 2 already, which route chat sets'),
    });
    await third.subscribe('chat/b');
    await first.leave();
    await third.subscribe('chat/a');
  });

  it('takes a payload of the size that its route allows, and none of an octet more', async () => {
    const peer = serve({}, { limits: { payload: 10 } }).connect();
    await peer.publish('chat/a', '8 octets');
    await expect(peer.publish('chat/a', '9 octets.')).rejects.toMatchObject({
      code: 'payload_too_large',
      limit: 'route.limits.payload',
    });
  });
});

describe('publications', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('of a session come as often as it may send them, on whatever channel', async () => {
    const peer = serve({ publishes: { rate: 1, burst: 2 } }).connect();
    await peer.publish('chat/a', 1);
    await peer.publish('chat/b', 2);
    await expect(peer.publish('chat/c', 3)).rejects.toMatchObject(overLimit('limits.publishes'));
    vi.advanceTimersByTime(1000);
    await peer.publish('chat/c', 3);
    await expect(peer.publish('chat/c', 4)).rejects.toMatchObject(overLimit('limits.publishes'));
  });

  it('of one session after the other on a connection are counted together, those of another connection are not', async () => {
    const server = serve({ publishes: { rate: 1, burst: 2 } });
    const [peer, other] = [server.connect(), server.connect()];
    await peer.publish('chat/a', 1);
    await peer.leave();
    const { connection } = peer;
    const [id, end] = [sessionId(), () => undefined];
    const next = new Session({ id, protocol: 'test', principal: testUser('5'), connection, end });
    server.router.open(next);
    const publish = async () => server.router.publish(next, 'chat/a', EVENT);
    await publish();
    await expect(publish()).rejects.toMatchObject(overLimit('limits.publishes'));
    await other.publish('chat/a', 2);
  });

  it('of back ends are as many as they like where the route sets no bound', async () => {
    const backend = serve({ publishes: { rate: 1, burst: 1 } }).connect(testBackend());
    for (let n = 0; n < 5; n++) await backend.publish('chat/a', n);
  });

  it('on a route come as often as it says, whoever sends them', async () => {
    const server = serve({}, { limits: { publish: { rate: 1, burst: 3 } } });
    await server.connect(testUser('5')).publish('chat/a', 1);
    await server.connect(testUser('6')).publish('chat/a', 2);
    await server.connect(testBackend()).publish('chat/a', 3);
    await expect(server.connect(testBackend()).publish('chat/a', 4)).rejects.toMatchObject({
      ...overLimit('route.limits.publish'),
      message: expect.stringContaining('which route chat sets'),
    });
    vi.advanceTimersByTime(1000);
    await server.connect(testUser('5')).publish('chat/a', 5);
  });
});
