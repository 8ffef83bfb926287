import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryPresence } from '../../src/brokers/index.js';
import type { PresencePolicy, PresenceStore } from '../../src/core/presence.js';
import { ANONYMOUS } from '../../src/core/session.js';
import type { TopicHandler } from '../../src/core/topic.js';
import {
  type TestPeer,
  TestServer,
  type TestServerOptions,
  testBackend,
  testRoute,
  testUser,
} from '../../src/testing.js';

const ROOM = 'room/1';
const WATCH = 'signalbox.presence/room/1';
const ANN = testUser('ann', { claims: { name: 'Ann\u202e Lee\n' } });
const BEN = testUser('ben');
const CAT = testUser('cat');
const TIME = expect.any(Number);

type Route = Parameters<typeof testRoute>[2];

function serve(
  policy: Partial<PresencePolicy> = {},
  {
    route,
    handler = {},
    ...more
  }: Partial<TestServerOptions> & { route?: Route; handler?: TopicHandler } = {},
) {
  const presence = { leaveDelay: 5000, members: 1000, ...policy };
  return new TestServer({
    routes: [testRoute('room', 'room/{n}', { presence, ...route }), testRoute('plain', 'plain/{n}')],
    handlers: { room: handler, plain: {} },
    ...more,
  });
}

/** What a peer has been told on the presence channel. */
const told = ({ received }: TestPeer, channel = WATCH) =>
  received.filter((one) => one.channel === channel).map(({ payload }) => payload);

const refusal = (code: string) => expect.objectContaining({ code });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('who watches a channel', () => {
  it('is told who is there, and then who comes and goes', async () => {
    const server = serve({ leaveDelay: 0 });
    const [ann, ben, watcher] = [server.connect(ANN), server.connect(BEN), server.connect(CAT)];
    await ann.subscribe(ROOM);
    await watcher.subscribe(WATCH);
    await ben.subscribe(ROOM);
    await ann.leave();
    expect(told(watcher)).toEqual([
      {
        type: 'members',
        members: [{ id: 'ann', name: 'Ann Lee', since: TIME, sessions: 1 }],
        users: 1,
        sessions: 1,
      },
      { type: 'join', user: { id: 'ben', since: TIME, sessions: 1 }, users: 2, sessions: 2 },
      {
        type: 'leave',
        user: { id: 'ann', name: 'Ann Lee', since: TIME, sessions: 0 },
        users: 1,
        sessions: 1,
      },
    ]);
  });

  it('is told alone who is there', async () => {
    const server = serve();
    const [one, two] = [server.connect(ANN), server.connect(BEN)];
    await one.subscribe(WATCH);
    await two.subscribe(WATCH);
    expect([told(one).length, told(two).length]).toEqual([1, 1]);
  });

  it('hears nothing of a user who comes with another session, but how many sessions there are', async () => {
    const server = serve();
    const [watcher, first, second] = [server.connect(CAT), server.connect(ANN), server.connect(ANN)];
    await watcher.subscribe(WATCH);
    await first.subscribe(ROOM);
    await second.subscribe(ROOM);
    expect(told(watcher).length).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told(watcher)[2]).toEqual({ type: 'sessions', users: 1, sessions: 2 });
  });

  it('hears nothing of a session that subscribes twice', async () => {
    const server = serve({ leaveDelay: 0 });
    const [watcher, ann] = [server.connect(CAT), server.connect(ANN)];
    const again = { ...(await subscriberOf(server, ann)) };
    await watcher.subscribe(WATCH);
    await ann.subscribe(ROOM);
    await server.router.subscribe(again);
    await server.router.unsubscribe(again);
    expect(told(watcher).length).toBe(2);
    await ann.unsubscribe(ROOM);
    expect(told(watcher)[2]).toMatchObject({ type: 'leave', sessions: 0 });
  });

  it('hears nothing of a user who is gone and back in time', async () => {
    const server = serve();
    const [watcher, ann] = [server.connect(CAT), server.connect(ANN)];
    await watcher.subscribe(WATCH);
    await ann.subscribe(ROOM);
    await ann.leave();
    await vi.advanceTimersByTimeAsync(4000);
    const back = server.connect(ANN);
    await back.subscribe(ROOM);
    expect(await server.router.present(watcher.session, ROOM)).toMatchObject({ users: 1, sessions: 1 });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told(watcher).length).toBe(2);
    await back.leave();
    await vi.advanceTimersByTimeAsync(4999);
    expect(told(watcher).length).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(told(watcher)[2]).toMatchObject({ type: 'leave', user: { id: 'ann' }, users: 0, sessions: 0 });
  });

  it('is told of nobody in particular by session, at once', async () => {
    const server = serve();
    const [watcher, guest] = [server.connect(CAT), server.connect(ANONYMOUS)];
    await watcher.subscribe(WATCH);
    await guest.subscribe(ROOM);
    await guest.leave();
    const user = { id: guest.session.id, anonymous: true, since: TIME };
    expect(told(watcher).slice(1)).toEqual([
      { type: 'join', user: { ...user, sessions: 1 }, users: 0, sessions: 1 },
      { type: 'leave', user: { ...user, sessions: 0 }, users: 0, sessions: 0 },
    ]);
  });

  it('is told of no back end, and not of those who listen to a pattern', async () => {
    const server = serve();
    const [watcher, backend, ann] = [server.connect(CAT), server.connect(testBackend()), server.connect(ANN)];
    await watcher.subscribe(WATCH);
    await backend.subscribe(ROOM);
    await ann.subscribe('room/', 'prefix');
    await vi.advanceTimersByTimeAsync(1000);
    expect(told(watcher).length).toBe(1);
  });

  it('is told that one has gone and another has come when a session becomes somebody else', async () => {
    const server = serve({}, { identity: { downgrade: true } });
    const [watcher, ann] = [server.connect(CAT), server.connect({ ...ANN, expires: Date.now() + 3000 })];
    await watcher.subscribe(WATCH);
    await ann.subscribe(ROOM);
    await vi.advanceTimersByTimeAsync(5000);
    expect(told(watcher).slice(2)).toMatchObject([
      { type: 'leave', user: { id: 'ann' }, users: 0, sessions: 0 },
      { type: 'join', user: { id: ann.session.id, anonymous: true }, users: 0, sessions: 1 },
    ]);
  });

  it('is told of a name that changes', async () => {
    const server = serve();
    const [watcher, ben] = [server.connect(CAT), server.connect(BEN)];
    await watcher.subscribe(WATCH);
    await ben.subscribe(ROOM);
    server.router.renew(ben.session, { ...BEN, claims: { name: 'Ben' } });
    expect(told(watcher).slice(2)).toMatchObject([
      { type: 'leave' },
      { type: 'join', user: { name: 'Ben' } },
    ]);
    server.router.renew(ben.session, { ...BEN, claims: { name: 'Ben' } });
    expect(told(watcher).length).toBe(4);
  });

  it('is told how many there are where there are too many, once a second, and who again when they are few', async () => {
    const server = serve({ members: 8, leaveDelay: 0 });
    const watcher = server.connect(CAT);
    const guests = Array.from({ length: 20 }, (_, n) => server.connect(testUser(`u${n}`)));
    await watcher.subscribe(WATCH);
    for (const guest of guests) await guest.subscribe(ROOM);
    expect(told(watcher).length).toBe(9);
    const late = server.connect(BEN);
    await late.subscribe(WATCH);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told(watcher).slice(9)).toEqual([{ type: 'count', users: 20, sessions: 20 }]);
    for (const guest of guests.slice(0, 12)) await guest.leave();
    await vi.advanceTimersByTimeAsync(1000);
    expect(told(watcher).slice(10)).toEqual([{ type: 'count', users: 8, sessions: 8 }]);
    await guests[12]?.leave();
    await vi.advanceTimersByTimeAsync(1000);
    expect(told(watcher)[11]).toMatchObject({ type: 'members', users: 7, sessions: 7 });
    expect(told(late).at(-1)).toEqual(told(watcher)[11]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told(watcher).length).toBe(12);
  });

  it('is told the number alone where the route says so', async () => {
    const server = serve({ members: 0 });
    const [watcher, ann] = [server.connect(CAT), server.connect(ANN)];
    await ann.subscribe(ROOM);
    await watcher.subscribe(WATCH);
    expect(told(watcher)).toEqual([{ type: 'count', users: 1, sessions: 1 }]);
    expect(await server.router.present(watcher.session, ROOM)).toEqual({
      channel: ROOM,
      users: 1,
      sessions: 1,
    });
  });

  it('is told by one reading of the store what it has missed', async () => {
    const store = new FlakyPresence();
    const server = serve({ leaveDelay: 0 }, { presence: store });
    const [watcher, ann, ben] = [server.connect(CAT), server.connect(ANN), server.connect(BEN)];
    await ann.subscribe(ROOM);
    await watcher.subscribe(WATCH);
    store.isDeaf = true;
    await ben.subscribe(ROOM);
    await ann.leave();
    store.isDeaf = false;
    store.missed(ROOM);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told(watcher).slice(1)).toEqual([
      { type: 'members', members: [{ id: 'ben', since: TIME, sessions: 1 }], users: 1, sessions: 1 },
    ]);
  });
});

describe('what happens while the store is asked', () => {
  it('is not lost and not told twice', async () => {
    const store = new SlowPresence();
    const server = serve({ leaveDelay: 0 }, { presence: store });
    const [watcher, ann, ben] = [server.connect(CAT), server.connect(ANN), server.connect(BEN)];
    await ann.subscribe(ROOM);
    const watching = watcher.subscribe(WATCH);
    await vi.waitUntil(() => store.asked > 0);
    await ben.subscribe(ROOM);
    await ann.leave();
    store.answer();
    await watching;
    expect(told(watcher)).toMatchObject([
      { type: 'members', members: [{ id: 'ben' }], users: 1, sessions: 1 },
    ]);
  });

  it('refuses the subscription where the store does not answer, and serves the next', async () => {
    const store = new FlakyPresence();
    const counted: string[] = [];
    const meter = { count: (name: string) => void counted.push(name) };
    const server = serve({}, { presence: store, meter });
    const watcher = server.connect(CAT);
    store.isBroken = true;
    await expect(watcher.subscribe(WATCH)).rejects.toEqual(refusal('unavailable'));
    expect(counted).toContain('signalbox_presence_failures_total');
    expect(server.router.presence?.stats.watched).toBe(0);
    store.isBroken = false;
    await watcher.subscribe(WATCH);
    expect(told(watcher).length).toBe(1);
  });

  it('is asked again until the store answers', async () => {
    const store = new FlakyPresence();
    const server = serve({ members: 1 }, { presence: store });
    const [watcher, ann, ben] = [server.connect(CAT), server.connect(ANN), server.connect(BEN)];
    await ann.subscribe(ROOM);
    await watcher.subscribe(WATCH);
    store.isBroken = true;
    await ben.subscribe(ROOM);
    await vi.advanceTimersByTimeAsync(5000);
    expect(told(watcher).length).toBe(1);
    store.isBroken = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(told(watcher).slice(1)).toEqual([{ type: 'count', users: 2, sessions: 2 }]);
  });
});

describe('a presence channel', () => {
  it('is for those alone whom access.presence of its channel lets', async () => {
    const server = serve({}, { route: { access: { subscribe: ['anyone'], presence: ['ROLE_STAFF'] } } });
    await expect(server.connect(ANN).subscribe(WATCH)).rejects.toEqual(refusal('forbidden'));
    await server.connect(testUser('5', { roles: ['ROLE_STAFF'] })).subscribe(WATCH);
  });

  it('is asked by the rules and parameters of its channel', async () => {
    const server = serve({}, { route: { access: { presence: ['params.n == user.id'] } } });
    await server.connect(testUser('1')).subscribe(WATCH);
    await expect(server.connect(testUser('2')).subscribe(WATCH)).rejects.toEqual(refusal('forbidden'));
  });

  it('is within the scope of a credential as its channel is', async () => {
    const server = serve();
    await server.connect(testUser('1', { scope: ['room/*'] })).subscribe(WATCH);
    const elsewhere = server.connect(testUser('2', { scope: ['signalbox.presence/**', 'plain/*'] }));
    await expect(elsewhere.subscribe(WATCH)).rejects.toEqual(refusal('forbidden'));
  });

  it('ends for who may not see it any more', async () => {
    const server = serve({}, { route: { access: { presence: ['ROLE_STAFF'] } } });
    const staff = server.connect(testUser('5', { roles: ['ROLE_STAFF'] }));
    await staff.subscribe(WATCH);
    server.router.setRights('5', { roles: [], organizations: [] });
    expect(staff.ended).toMatchObject([{ channel: WATCH, why: { code: 'forbidden' } }]);
    await server.connect(ANN).subscribe(ROOM);
    expect(told(staff).length).toBe(1);
  });

  it('demands what the handler demands of subscribers, but of back ends what the route does', async () => {
    const handler = { access: { subscribe: ['ROLE_STAFF'] } };
    const server = serve({}, { handler, route: { access: { presence: ['anyone'] } } });
    await expect(server.connect(ANN).subscribe(WATCH)).rejects.toEqual(refusal('forbidden'));
    await server.connect(testUser('5', { roles: ['ROLE_STAFF'] })).subscribe(WATCH);
    await server.connect(testBackend()).subscribe(WATCH);
  });

  it('is for subscribers where the handler says who may be one, as long as they are', async () => {
    const server = serve({}, { handler: { onSubscribe: () => undefined } });
    const [ann, other] = [server.connect(ANN), server.connect(ANN)];
    await expect(ann.subscribe(WATCH)).rejects.toEqual(refusal('forbidden'));
    await ann.subscribe(ROOM);
    await ann.subscribe(WATCH);
    await other.subscribe(ROOM);
    await other.subscribe(WATCH);
    await ann.unsubscribe(ROOM);
    expect([ann.ended, other.ended]).toEqual([[], []]);
    await other.leave();
    expect(ann.ended).toMatchObject([{ channel: WATCH, why: { code: 'forbidden' } }]);
    expect(other.ended).toEqual([]);
  });

  it('takes no publications', async () => {
    const server = serve();
    const peer = server.connect(ANN);
    await expect(peer.publish(WATCH, 'hello')).rejects.toEqual(refusal('forbidden'));
    await expect(server.connect(testBackend()).publish(WATCH, 'hello')).rejects.toEqual(refusal('forbidden'));
    await expect(peer.history(WATCH)).rejects.toEqual(refusal('forbidden'));
  });

  it.each(['signalbox.presence/plain/1', 'signalbox.presence/nowhere'])(
    'is not there for %s, of which it is not kept',
    async (channel) => {
      await expect(serve().connect(ANN).subscribe(channel)).rejects.toEqual(refusal('no_such_route'));
    },
  );

  it.each([
    'signalbox.presence/signalbox.presence/room/1',
    'signalbox.presence/',
    'signalbox.presence',
    `signalbox.presence/${'signalbox.presence/'.repeat(10_000)}room/1`,
  ])('is none: %#', async (channel) => {
    await expect(serve().connect(ANN).subscribe(channel)).rejects.toEqual(refusal('invalid_channel'));
    expect(() => serve().router.resolve(channel)).toThrow();
  });

  it.each([
    'signalbox.presence/room/1',
    'signalbox.presence.room.1',
    'signalbox.presence/room.1',
    '/topic/signalbox.presence/room/1',
    '/signalbox.presence/room/1',
    'signalbox.presence//topic/room.1',
  ])('is meant by %s', (name) => {
    expect(serve().router.resolve(name)).toBe(WATCH);
  });

  it('is not heard by patterns', async () => {
    const server = serve();
    const peer = server.connect(CAT);
    await peer.subscribe('signalbox.', 'prefix');
    await peer.subscribe(WATCH);
    await server.connect(ANN).subscribe(ROOM);
    expect(peer.received.length).toBe(2);
  });

  it('leaves nothing behind', async () => {
    const server = serve();
    const [watcher, ann] = [server.connect(CAT), server.connect(ANN)];
    await watcher.subscribe(WATCH);
    await ann.subscribe(ROOM);
    expect(server.router.presence?.stats).toEqual({ members: 1, watched: 1 });
    await watcher.leave();
    await ann.leave();
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.router.presence?.stats).toEqual({ members: 0, watched: 0 });
    expect(server.router.topics.size).toBe(0);
    expect(vi.getTimerCount()).toBe(1);
  });
});

describe('who is there', () => {
  it('is answered to a call, in any spelling of the channel', async () => {
    const server = serve({}, { route: { access: { presence: ['user'] } } });
    const [ann, guest] = [server.connect(ANN), server.connect(ANONYMOUS)];
    await ann.subscribe(ROOM);
    await guest.subscribe(ROOM);
    expect(await ann.call('signalbox.presence', 'room.1')).toEqual({
      channel: ROOM,
      members: [
        { id: 'ann', name: 'Ann Lee', since: TIME, sessions: 1 },
        { id: guest.session.id, anonymous: true, since: TIME, sessions: 1 },
      ],
      users: 1,
      sessions: 2,
    });
    await expect(guest.call('signalbox.presence', ROOM)).rejects.toEqual(refusal('forbidden'));
    await expect(ann.call('signalbox.presence', 'plain/1')).rejects.toEqual(refusal('no_such_route'));
    await expect(ann.call('signalbox.presence')).rejects.toEqual(refusal('bad_request'));
    await expect(ann.call('signalbox.presence', WATCH)).rejects.toEqual(refusal('no_such_route'));
  });

  it('is known to the handler', async () => {
    const seen: unknown[] = [];
    const handler: TopicHandler = {
      onSubscribed: async (_session, topic) => void seen.push(await topic.present()),
    };
    const server = serve({ members: 1 }, { handler });
    const [ann, ben] = [server.connect(ANN), server.connect(BEN)];
    await ann.subscribe(ROOM);
    await ben.subscribe(ROOM);
    await vi.advanceTimersByTimeAsync(0);
    const member = { session: ann.session.id, user: 'ann', name: 'Ann Lee', roles: [], since: TIME };
    expect(seen).toEqual([
      { members: [member], users: 1, sessions: 1 },
      { members: [member], users: 2, sessions: 2 },
    ]);
  });

  it('is nobody of a server that has stopped', async () => {
    const store = new MemoryPresence();
    const server = serve({}, { presence: store });
    const [ann, ben] = [server.connect(ANN), server.connect(BEN)];
    const left: string[] = [];
    await ann.subscribe(ROOM);
    await ben.subscribe(ROOM);
    await ben.leave();
    const leave = store.leave.bind(store);
    store.leave = (channel, session) => {
      left.push(session);
      leave(channel, session);
    };
    await server.router.stop();
    expect(left).toEqual([ann.session.id, ben.session.id]);
  });
});

async function subscriberOf(server: TestServer, peer: TestPeer) {
  const { Frame } = await import('../../src/core/frame.js');
  void server;
  return {
    session: peer.session,
    channel: ROOM,
    wireKey: 'again',
    encode: () => Frame.text(''),
    ended: () => undefined,
  };
}

/** A store of which the test says whether it works. */
class FlakyPresence extends MemoryPresence implements PresenceStore {
  isDeaf = false;
  isBroken = false;
  missed: (channel: string) => void = () => undefined;

  override start(
    changed: Parameters<PresenceStore['start']>[0],
    missed: (channel: string) => void = () => undefined,
  ) {
    this.missed = missed;
    super.start((change) => void (this.isDeaf || changed(change)));
  }

  override present(channel: string, most: number) {
    if (this.isBroken) throw new Error('the store is away');
    return super.present(channel, most);
  }
}

/** A store that answers when the test says so, with what was so when it was asked or later. */
class SlowPresence extends MemoryPresence implements PresenceStore {
  asked = 0;
  answer: () => void = () => undefined;

  override present(channel: string, most: number): never {
    this.asked++;
    const found = super.present(channel, most);
    return new Promise((resolve) => {
      this.answer = () => resolve(found);
    }) as never;
  }
}
