import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DISCONNECT } from '../../src/core/errors.js';
import { ANONYMOUS, type Principal } from '../../src/core/session.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, type TestServerOptions, testBackend, testRoute, testUser } from '../../src/testing.js';

const NOW = 1_800_000_000_000;
/** Holds for a minute. */
const IN_TIME = `now < timestamp(${NOW / 1000 + 60})`;
const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

function serve(more: Partial<TestServerOptions> & { onSubscribe?: TopicHandler['onSubscribe'] } = {}) {
  const { onSubscribe, ...options } = more;
  return new TestServer({
    routes: [
      testRoute('mail', 'mail/{user_id}', { access: { subscribe: ['owner'] } }),
      testRoute('staff', 'staff/{room}', { access: { subscribe: ['staff'] } }),
      testRoute('open', 'open/{room}'),
      testRoute('short', 'short', { access: { subscribe: [IN_TIME] } }),
    ],
    handlers: Object.fromEntries(
      ['mail', 'staff', 'open', 'short'].map((name) => [
        name,
        { ...broadcast, ...(onSubscribe && { onSubscribe }) },
      ]),
    ),
    ...options,
  });
}

const until = (seconds: number, more: Partial<Principal> = {}) =>
  testUser('5', { expires: NOW + seconds * 1000, ...more });

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

describe('an identity', () => {
  it('is announced to end, and then ends the session', async () => {
    const peer = serve({ identity: { warning: 10_000 } }).connect(until(60));
    await peer.subscribe('mail/5');
    await vi.advanceTimersByTimeAsync(49_000);
    expect(peer.notices).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(peer.notices).toEqual([{ type: 'expiring', in: 10_000 }]);
    await vi.advanceTimersByTimeAsync(9000);
    expect(peer.connection.ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
    expect(peer.connection.ended).toMatchObject(DISCONNECT.expired);
  });

  it('that ends leaves an anonymous session where the installation says so', async () => {
    const peer = serve({ identity: { downgrade: true } }).connect(until(60));
    await peer.subscribe('mail/5');
    await peer.subscribe('open/a');
    await vi.advanceTimersByTimeAsync(61_000);
    expect(peer.connection.ended).toBeUndefined();
    expect(peer.session.principal).toBe(ANONYMOUS);
    expect(peer.ended).toMatchObject([{ channel: 'mail/5', why: { code: 'forbidden' } }]);
    expect(peer.notices.at(-1)).toEqual({ type: 'identity', principal: ANONYMOUS });
  });

  it('that is renewed in time goes on, with its subscriptions', async () => {
    const server = serve();
    const peer = server.connect(until(60));
    await peer.subscribe('mail/5');
    await vi.advanceTimersByTimeAsync(50_000);
    server.router.renew(peer.session, until(600));
    await vi.advanceTimersByTimeAsync(400_000);
    expect(peer.connection.ended).toBeUndefined();
    await server.connect(testBackend()).publish('mail/5', 'still here');
    expect(peer.received).toEqual([{ channel: 'mail/5', payload: 'still here' }]);
    await vi.advanceTimersByTimeAsync(150_000);
    expect(peer.connection.ended).toMatchObject(DISCONNECT.expired);
  });

  it.each([testUser('6'), testBackend('5'), ANONYMOUS])('cannot be renewed as somebody else: %j', (other) => {
    const server = serve();
    const peer = server.connect(until(60));
    expect(() => server.router.renew(peer.session, other)).toThrow('cannot become another user');
    expect(peer.session.principal.id).toBe('5');
  });

  it('with fewer rights loses the subscriptions that they covered, and these alone, at once', async () => {
    const onUnsubscribe = vi.fn();
    const server = serve({
      handlers: { mail: broadcast, open: broadcast, staff: { ...broadcast, onUnsubscribe } },
    });
    const [peer, backend] = [
      server.connect(testUser('5', { roles: ['staff'] })),
      server.connect(testBackend()),
    ];
    for (const channel of ['mail/5', 'staff/a', 'staff/b', 'open/a']) await peer.subscribe(channel);
    expect(server.router.setRights('5', { roles: [], organizations: [] })).toBe(1);
    for (const channel of ['mail/5', 'staff/a', 'staff/b', 'open/a']) await backend.publish(channel, channel);
    expect(peer.received.map(({ channel }) => channel)).toEqual(['mail/5', 'open/a']);
    expect(peer.ended.map(({ channel }) => channel)).toEqual(['staff/a', 'staff/b']);
    expect(onUnsubscribe).toHaveBeenCalledTimes(2);
    expect([...server.router.topics.keys()].sort()).toEqual(['mail/5', 'open/a']);
    await expect(peer.subscribe('staff/a')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('loses them all before the peer is told of the first', async () => {
    const server = serve();
    const peer = server.connect(testUser('5', { roles: ['staff'] }));
    for (const room of ['a', 'b', 'c']) await peer.subscribe(`staff/${room}`);
    const others: number[] = [];
    const subscribed = () => [...server.router.topics.values()].reduce((sum, { size }) => sum + size, 0);
    vi.spyOn(peer.ended, 'push').mockImplementation(() => others.push(subscribed()));
    server.router.setRights('5', { roles: [], organizations: [] });
    expect(others).toEqual([0, 0, 0]);
  });

  it('that changes while the handler thinks is asked about again before the join', async () => {
    let answer = () => {};
    const onSubscribe = () => new Promise<void>((resolve) => (answer = resolve));
    const server = serve({ onSubscribe });
    const peer = server.connect(testUser('5', { roles: ['staff'] }));
    const joining = peer.subscribe('staff/a');
    server.router.setRights('5', { roles: [], organizations: [] });
    answer();
    await expect(joining).rejects.toMatchObject({ code: 'forbidden' });
    expect(server.router.topics.size).toBe(0);
  });

  it('is withdrawn at once from all sessions of the user', async () => {
    const server = serve();
    const [phone, laptop, other] = [testUser('5'), testUser('5'), testUser('6')].map((user) =>
      server.connect(user),
    );
    await phone?.subscribe('open/a');
    await laptop?.subscribe('mail/5');
    await other?.subscribe('open/a');
    expect(server.router.disconnect({ user: '5' }, DISCONNECT.withdrawn)).toBe(2);
    expect(phone?.connection.ended).toMatchObject({ code: 4503, reconnect: false });
    expect(laptop?.connection.ended).toMatchObject({ code: 4503 });
    expect(other?.connection.ended).toBeUndefined();
    await expect(laptop?.publish('open/a', 'too late')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(laptop?.subscribe('open/a')).rejects.toMatchObject({ code: 'unavailable' });
    await other?.publish('open/a', 'hello');
    expect(other?.received).toHaveLength(1);
    expect(phone?.received).toEqual([]);
    expect(server.router.sessions.size).toBe(1);
  });

  it('counts for one session by its id', () => {
    const server = serve();
    const [one, two] = [server.connect(testUser('5')), server.connect(testUser('5'))];
    expect(server.router.disconnect({ session: one.session.id }, DISCONNECT.ended)).toBe(1);
    expect(one.connection.ended).toMatchObject({ code: 4003, reconnect: true });
    expect(two.connection.ended).toBeUndefined();
    expect(server.router.disconnect({ user: 'nobody' }, DISCONNECT.ended)).toBe(0);
  });
});

describe('a rule about the time', () => {
  it('is asked again before each delivery', async () => {
    const server = serve();
    const [peer, backend] = [server.connect(), server.connect(testBackend())];
    await peer.subscribe('short');
    await backend.publish('short', 'in time');
    vi.setSystemTime(NOW + 61_000);
    await backend.publish('short', 'too late');
    expect(peer.received.map(({ payload }) => payload)).toEqual(['in time']);
    expect(peer.ended).toMatchObject([{ channel: 'short', why: { code: 'forbidden' } }]);
  });

  it.each([
    ['beside a rule that does not', ['staff', IN_TIME], {}],
    ['where the handler demands something else', [IN_TIME], { access: { subscribe: ['user'] } }],
  ])('ends a subscription that a rule of time allowed, %s', async (_how, subscribe, more) => {
    const server = new TestServer({
      routes: [testRoute('news', 'news', { access: { subscribe } })],
      handlers: { news: { ...broadcast, ...more } },
    });
    const [peer, backend] = [server.connect(testUser('5')), server.connect(testBackend())];
    await peer.subscribe('news');
    await backend.publish('news', 'in time');
    vi.setSystemTime(NOW + 61_000);
    await backend.publish('news', 'too late');
    expect(peer.received.map(({ payload }) => payload)).toEqual(['in time']);
    expect(peer.ended).toMatchObject([{ channel: 'news', why: { code: 'forbidden' } }]);
  });
});

describe('the limits of identities', () => {
  it('stop a user at limits.connections_per_user, and nobody else', async () => {
    const server = serve({ limits: { connectionsPerUser: 2 } });
    const [first] = [server.connect(testUser('5')), server.connect(testUser('5'))];
    const refused = expect.objectContaining({ code: 'limit_exceeded', limit: 'limits.connections_per_user' });
    expect(() => server.connect(testUser('5'))).toThrow(refused);
    server.connect(testUser('6'));
    server.connect();
    await first?.leave();
    server.connect(testUser('5'));
  });

  it('stop a session at limits.channels, which counts a channel once', async () => {
    const peer = serve({ limits: { channels: 2 } }).connect();
    await peer.subscribe('open/a');
    await peer.subscribe('open/b');
    await expect(peer.subscribe('open/c')).rejects.toMatchObject({ limit: 'limits.channels' });
    await peer.subscribe('open/b');
  });

  it('stop a session that publishes more than limits.publishes, but no back end', async () => {
    const server = serve({ limits: { publishes: { rate: 1, burst: 3 } } });
    const [peer, backend] = [server.connect(), server.connect(testBackend())];
    for (let i = 0; i < 3; i++) await peer.publish('open/a', i);
    await expect(peer.publish('open/a', 3)).rejects.toMatchObject({
      code: 'limit_exceeded',
      limit: 'limits.publishes',
      message: 'this connection publishes more than limits.publishes of 1/s',
    });
    for (let i = 0; i < 10; i++) await backend.publish('open/a', i);
    vi.advanceTimersByTime(1000);
    await peer.publish('open/a', 4);
    await expect(peer.publish('open/a', 5)).rejects.toMatchObject({ code: 'limit_exceeded' });
  });

  it('of a route stop large payloads, frequent publications and many subscribers, whoever it is', async () => {
    const limits = { payload: 10, publish: { rate: 1, burst: 2 }, subscribers: 1 };
    const server = new TestServer({
      routes: [testRoute('small', 'small/{a}', { limits })],
      handlers: { small: broadcast },
    });
    const [peer, backend] = [server.connect(), server.connect(testBackend())];
    await peer.subscribe('small/a');
    await expect(backend.subscribe('small/a')).rejects.toMatchObject({ limit: 'route.limits.subscribers' });
    await backend.subscribe('small/b');
    await expect(backend.publish('small/a', 'x'.repeat(9))).rejects.toMatchObject({
      code: 'payload_too_large',
      limit: 'route.limits.payload',
    });
    await backend.publish('small/a', 'x'.repeat(8));
    await peer.publish('small/b', 1);
    await expect(backend.publish('small/c', 1)).rejects.toMatchObject({ limit: 'route.limits.publish' });
    await peer.leave();
    await backend.subscribe('small/a');
  });

  it('keep a credential with a scope to its channels, whatever the routes say', async () => {
    const server = serve();
    const backend = server.connect({ ...testBackend('shop'), scope: ['open/shop', 'mail/**'] });
    await backend.publish('open/shop', 1);
    await expect(backend.publish('open/other', 1)).rejects.toMatchObject({
      code: 'forbidden',
      message: 'the credential is not for open/other',
    });
  });
});

describe('a refusal', () => {
  const log: Record<string, unknown>[] = [];
  const write = (fields: Readonly<Record<string, unknown>>, event: string) =>
    void log.push({ ...fields, event });
  const logger = { debug: write, info: write, warn: write, error: write };
  beforeEach(() => void log.splice(0));

  it('has an id, under which the log has the rule and the values it was decided by', async () => {
    const peer = serve({ logger }).connect(testUser('6'));
    const error = await peer.subscribe('mail/5').catch((cause) => cause);
    expect(error).toMatchObject({ code: 'forbidden', request: expect.stringMatching(/^r-[0-9a-f]{16}$/) });
    expect(error.hint).not.toContain('holds');
    expect(log).toEqual([
      {
        event: 'refused',
        request: error.request,
        operation: 'subscribe',
        channel: 'mail/5',
        code: 'forbidden',
        reason: 'only owner may subscribe on mail/5',
        session: peer.session.id,
        peer: 'user 6',
        decided: [
          'route says subscribe: owner; does not hold: refused',
          '  user_id of the channel: 5',
          '  user: 6',
        ],
      },
    ]);
  });

  it('says so to the peer in development', async () => {
    const peer = serve({ development: true }).connect(testUser('6'));
    const error = await peer.subscribe('mail/5').catch((cause) => cause);
    expect(error.hint).toBe(
      'route says subscribe: owner; does not hold: refused\n  user_id of the channel: 5\n  user: 6',
    );
  });

  it('is written down for a flood no more than 50 times a second, and tells how many were left out', async () => {
    const peer = serve({ logger }).connect(testUser('6'));
    for (let i = 0; i < 80; i++) await peer.subscribe('mail/5').catch(() => undefined);
    expect(log).toHaveLength(50);
    vi.advanceTimersByTime(1000);
    await peer.subscribe('mail/5').catch(() => undefined);
    expect(log.at(-1)).toMatchObject({ omitted: 30 });
  });
});
