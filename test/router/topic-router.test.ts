import { describe, expect, it, vi } from 'vitest';
import type { Broker } from '../../src/core/broker.js';
import { RouterError } from '../../src/core/errors.js';
import type { Publication } from '../../src/core/publication.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { type TestPeer, TestServer, testBackend, testRoute, testUser } from '../../src/testing.js';

/** A promise that is settled from outside. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

function serve(handler: TopicHandler, more: Parameters<typeof testRoute>[2] = {}, broker?: Broker) {
  const routes = [testRoute('chat', 'chat/{room}', more)];
  return new TestServer({
    routes,
    handlers: { chat: handler },
    ...(broker && { broker }),
    limits: { handlerTimeout: 50 },
  });
}

const payloads = (peer: TestPeer) => peer.received.map(({ payload }) => payload);
const refusedWith = (code: string) => expect.objectContaining({ code });

describe('subscribe', () => {
  it('joins only after the handler agreed', async () => {
    const door = gate();
    const server = serve({ ...broadcast, onSubscribe: () => door.opened });
    const [slow, other] = [server.connect(), server.connect()];
    const joining = slow.subscribe('chat/a');
    await other.publish('chat/a', 'too early');
    door.open();
    await joining;
    await other.publish('chat/a', 'in time');
    expect(payloads(slow)).toEqual(['in time']);
  });

  it('welcomes the newcomer with a message of its own, after it has joined', async () => {
    const server = serve({
      ...broadcast,
      onSubscribed: async (session, topic) =>
        void (await topic.broadcast('hello', { eligible: [session.id] })),
    });
    const [first, second] = [server.connect(), server.connect()];
    await first.subscribe('chat/a');
    await second.subscribe('chat/a');
    expect([payloads(first), payloads(second)]).toEqual([['hello'], ['hello']]);
  });

  it('keeps a subscription whose welcome fails', async () => {
    const server = serve({ ...broadcast, onSubscribed: () => Promise.reject(new Error('speechless')) });
    const peer = server.connect();
    await peer.subscribe('chat/a');
    await peer.publish('chat/a', 1);
    expect(payloads(peer)).toEqual([1]);
  });

  it('never joins a peer that left while the handler thought', async () => {
    const door = gate();
    const onUnsubscribe = vi.fn();
    const server = serve({ ...broadcast, onSubscribe: () => door.opened, onUnsubscribe });
    const [gone, other] = [server.connect(), server.connect()];
    const joining = gone.subscribe('chat/a');
    await gone.leave();
    door.open();
    await expect(joining).rejects.toEqual(refusedWith('unavailable'));
    await other.publish('chat/a', 1);
    expect(gone.received).toEqual([]);
    expect(onUnsubscribe).not.toHaveBeenCalled();
    expect(server.router.topics.size).toBe(0);
  });

  it.each([
    ['throws a refusal', () => Promise.reject(new RouterError('forbidden', 'no')), 'forbidden'],
    ['throws anything else', () => Promise.reject(new Error('secret detail')), 'handler_failed'],
    [
      'throws at once',
      () => {
        throw new TypeError('x');
      },
      'handler_failed',
    ],
    ['throws no error at all', () => Promise.reject(undefined), 'handler_failed'],
    ['never answers', () => new Promise<void>(() => undefined), 'timeout'],
  ])('refuses when the handler %s', async (_text, onSubscribe, code) => {
    const server = serve({ ...broadcast, onSubscribe });
    const [peer, other] = [server.connect(), server.connect()];
    const refusal = await peer.subscribe('chat/a').catch((error: unknown) => error);
    expect(refusal).toEqual(refusedWith(code));
    expect(String(refusal)).not.toContain('secret detail');
    await other.publish('chat/a', 1);
    expect(peer.received).toEqual([]);
    expect(server.router.topics.size).toBe(0);
  });

  it('refuses what no route matches, and leaves nothing behind', async () => {
    const server = serve(broadcast);
    await expect(server.connect().subscribe('nowhere')).rejects.toEqual(refusedWith('no_such_route'));
    expect(server.router.topics.size).toBe(0);
  });

  it.each(['/chat/a', 'chat/a/', 'chat//a'])(
    'names the channel that %s is one slash away from',
    async (name) => {
      const peer = serve(broadcast).connect();
      const refusal = {
        code: 'no_such_route',
        message: expect.stringContaining(`${name}: did you mean chat/a, with`),
      };
      await expect(peer.subscribe(name)).rejects.toMatchObject(refusal);
      await expect(peer.publish(name, 1)).rejects.toMatchObject(refusal);
    },
  );

  it('asks the broker once for ten peers that arrive together', async () => {
    const door = gate();
    const subscribe = vi.fn(() => door.opened.then(() => undefined));
    let deliver: (publication: Publication) => void = () => undefined;
    const server = serve(
      broadcast,
      {},
      {
        start: (listener) => void ({ deliver } = listener),
        subscribe,
        unsubscribe: vi.fn(),
        publish: (publication) => {
          deliver(publication);
          return publication;
        },
        recover: () => undefined,
        retained: () => [],
        history: () => [],
        close: () => undefined,
      },
    );
    const peers = Array.from({ length: 10 }, () => server.connect());
    const joining = peers.map((peer) => peer.subscribe('chat/a'));
    door.open();
    await Promise.all(joining);
    expect(subscribe).toHaveBeenCalledTimes(1);
    expect(server.router.topics.get('chat/a')?.size).toBe(10);
    await peers[0]?.publish('chat/a', 'x');
    expect(peers.map(payloads)).toEqual(peers.map(() => ['x']));
  });

  it('stops at the limit of subscriptions, and counts the refusal by its code and by the limit', async () => {
    const count = vi.fn();
    const server = new TestServer({
      meter: { count },
      routes: [testRoute('chat', 'chat/{room}')],
      handlers: { chat: broadcast },
      limits: { subscriptions: 2 },
    });
    const peer = server.connect();
    await peer.subscribe('chat/1');
    await peer.subscribe('chat/2');
    await expect(peer.subscribe('chat/3')).rejects.toEqual(refusedWith('limit_exceeded'));
    expect(count.mock.calls).toEqual([
      ['signalbox_refusals_total', { code: 'limit_exceeded' }],
      ['signalbox_limits_reached_total', { limit: 'limits.subscriptions' }],
    ]);
  });
});

describe('leave', () => {
  it('takes the peer out of all topics before any hook runs, and calls each hook once', async () => {
    const door = gate();
    const left: string[] = [];
    const server = serve({
      ...broadcast,
      async onUnsubscribe(_session, topic) {
        left.push(topic.channel);
        await door.opened;
      },
    });
    const [peer, other] = [server.connect(), server.connect()];
    await peer.subscribe('chat/a');
    await peer.subscribe('chat/b');
    const leaving = peer.leave();
    await other.publish('chat/a', 1);
    await other.publish('chat/b', 1);
    door.open();
    await leaving;
    await peer.leave();
    expect(peer.received).toEqual([]);
    expect(left.sort()).toEqual(['chat/a', 'chat/b']);
    expect(server.router.topics.size).toBe(0);
  });

  it('announces the disconnect even when a hook throws', async () => {
    const server = serve({ ...broadcast, onUnsubscribe: () => Promise.reject(new Error('late')) });
    const gone = vi.fn();
    server.events.on('client_disconnected', gone);
    const peer = server.connect();
    await peer.subscribe('chat/a');
    await peer.leave();
    expect(gone).toHaveBeenCalledExactlyOnceWith({ session: peer.session });
    expect(server.router.topics.size).toBe(0);
  });

  it('does not call the hook for what was never subscribed', async () => {
    const onUnsubscribe = vi.fn();
    const server = serve({ ...broadcast, onUnsubscribe });
    const [peer, other] = [server.connect(), server.connect()];
    await other.subscribe('chat/b');
    await peer.subscribe('chat/a');
    await peer.unsubscribe('chat/a');
    await peer.leave();
    expect(onUnsubscribe).toHaveBeenCalledTimes(1);
  });
});

describe('publish', () => {
  it('delivers nothing unless the handler broadcasts', async () => {
    const server = serve({ onPublish: () => undefined });
    const peer = server.connect();
    await peer.subscribe('chat/a');
    expect(await peer.publish('chat/a', 1)).toBeUndefined();
    expect(peer.received).toEqual([]);
  });

  it('is refused by a handler without onPublish, and for the rest of the world too', async () => {
    const server = serve({});
    const peer = server.connect(testBackend());
    await peer.subscribe('chat/a');
    await expect(peer.publish('chat/a', 1)).rejects.toEqual(refusedWith('not_publishable'));
    expect(peer.received).toEqual([]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('x')), 'handler_failed'],
    [
      'throws',
      () => {
        throw new Error('x');
      },
      'handler_failed',
    ],
    [
      'refuses',
      () => {
        throw new RouterError('forbidden', 'no');
      },
      'forbidden',
    ],
    ['never answers', () => new Promise<never>(() => undefined), 'timeout'],
  ])('delivers nothing when the handler %s', async (_text, onPublish, code) => {
    const server = serve({ onPublish });
    const peer = server.connect();
    await peer.subscribe('chat/a');
    await expect(peer.publish('chat/a', 1)).rejects.toEqual(refusedWith(code));
    expect(peer.received).toEqual([]);
  });

  it('leaves nothing behind on a channel without subscribers', async () => {
    const server = serve(broadcast);
    const peer = server.connect();
    for (let i = 0; i < 1000; i++) await peer.publish(`chat/${i}`, i);
    expect(server.router.topics.size).toBe(0);
  });

  it('does not match a route for a live channel', async () => {
    const server = serve(broadcast);
    const peer = server.connect();
    await peer.subscribe('chat/a');
    const topic = server.router.topics.get('chat/a');
    await peer.publish('chat/a', 1);
    expect(server.router.topics.get('chat/a')).toBe(topic);
  });
});

describe('access', () => {
  const PRIVATE = {
    requirements: { room: '\\d+' },
    access: { subscribe: ['vip', 'user'], publish: ['backend'] },
  };

  it.each([
    ['anonymous', undefined, false, false],
    ['a user', testUser('5'), true, false],
    ['a back end', testBackend(), false, true],
    [
      'nobody with a role by the name of a rule',
      testUser('5', { kind: 'anonymous', roles: ['user', 'backend'] }),
      false,
      false,
    ],
    ['a role', testUser('5', { kind: 'anonymous', roles: ['vip'] }), true, false],
  ])('lets %s do what the route says', async (_text, principal, maySubscribe, mayPublish) => {
    const server = serve(broadcast, PRIVATE);
    const peer = server.connect(principal);
    const succeeds = (done: Promise<unknown>) =>
      done.then(
        () => true,
        () => false,
      );
    expect(await succeeds(peer.subscribe('chat/1'))).toBe(maySubscribe);
    expect(await succeeds(peer.publish('chat/1', 1))).toBe(mayPublish);
  });

  it('is nobody when the list is empty', async () => {
    const server = serve(broadcast, { access: { subscribe: [], publish: [] } });
    await expect(server.connect(testBackend()).publish('chat/1', 1)).rejects.toEqual(
      refusedWith('forbidden'),
    );
  });

  it('asks the handler too, and its answer can only narrow', async () => {
    const server = serve({ ...broadcast, access: { publish: ['backend'] } });
    await expect(server.connect().publish('chat/1', 1)).rejects.toEqual(refusedWith('forbidden'));
    await expect(server.connect(testBackend()).publish('chat/1', 1)).resolves.toBeDefined();
  });
});

describe('audience', () => {
  it.each([
    ['nobody left out', () => ({}), [1, 1, 1]],
    ['the publisher excluded', ([a]: string[]) => ({ exclude: [a] }), [0, 1, 1]],
    ['another excluded', ([, b]: string[]) => ({ exclude: [b] }), [1, 0, 1]],
    ['one eligible', ([, , c]: string[]) => ({ exclude: [], eligible: [c] }), [0, 0, 1]],
    ['both lists: exclusion wins', ([, , c]: string[]) => ({ exclude: [c], eligible: [c] }), [0, 0, 0]],
    ['both empty: everybody', () => ({ exclude: [], eligible: [] }), [1, 1, 1]],
  ])('%s', async (_text, audience, expected) => {
    const server = serve(broadcast);
    const peers = Array.from({ length: 3 }, () => server.connect());
    for (const peer of peers) await peer.subscribe('chat/a');
    await peers[0]?.publish('chat/a', 'x', audience(peers.map(({ session }) => session.id)) as object);
    expect(peers.map(({ received }) => received.length)).toEqual(expected);
  });

  it('can be the sessions of a user or of a role', async () => {
    const handler: TopicHandler = {
      onPublish: (_s, topic, _r, { payload }) => topic.broadcast(payload, payload.value as object),
    };
    const server = serve(handler);
    const [a1, a2, b, anonymous] = [
      testUser('a'),
      testUser('a', { roles: ['x'] }),
      testUser('b', { roles: ['x'] }),
      undefined,
    ].map((principal) => server.connect(principal)) as [TestPeer, TestPeer, TestPeer, TestPeer];
    for (const peer of [a1, a2, b, anonymous]) await peer.subscribe('chat/a');
    await a1.publish('chat/a', { users: ['a'] });
    await a1.publish('chat/a', { roles: ['x'] });
    expect([a1, a2, b, anonymous].map(({ received }) => received.length)).toEqual([1, 2, 1, 0]);
    const topic = server.router.topics.get('chat/a');
    expect(topic?.sessionsOf('a')).toEqual([a1.session, a2.session]);
    expect(topic?.sessionsWith('x')).toEqual([a2.session, b.session]);
    expect(topic?.has(b.session)).toBe(true);
    expect([...(topic ?? [])]).toHaveLength(4);
  });
});

describe('timers of a live channel', () => {
  it('start with the first subscriber, stop with the last, per channel, and never overlap', async () => {
    vi.useFakeTimers();
    try {
      const ticks: string[] = [];
      const door = gate();
      const server = serve({
        timers: [
          {
            interval: 1000,
            tick: async ({ channel }) => {
              ticks.push(channel);
              if (ticks.length === 1) await door.opened;
            },
          },
        ],
      });
      const [first, second] = [server.connect(), server.connect()];
      await first.subscribe('chat/1');
      await vi.advanceTimersByTimeAsync(3500);
      expect(ticks).toEqual(['chat/1']);
      door.open();
      await second.subscribe('chat/2');
      await first.leave();
      await vi.advanceTimersByTimeAsync(1500);
      expect(ticks).toEqual(['chat/1', 'chat/2']);
      await second.leave();
      await vi.advanceTimersByTimeAsync(5000);
      expect(ticks).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('run for a session until it ends', async () => {
    vi.useFakeTimers();
    try {
      const peer = serve({}).connect();
      const tick = vi.fn();
      peer.session.every(1000, tick);
      await vi.advanceTimersByTimeAsync(2500);
      await peer.leave();
      await vi.advanceTimersByTimeAsync(2500);
      expect(tick).toHaveBeenCalledTimes(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
