import { describe, expect, it } from 'vitest';
import { RouterError } from '../../src/core/errors.js';
import type { Route } from '../../src/core/route.js';
import type { Topic, TopicHandler } from '../../src/core/topic.js';
import { TestServer, testRoute, testUser } from '../../src/testing.js';

const broadcast: TopicHandler = {
  onPublish: (_session, topic, _request, { payload }) => topic.broadcast(payload),
};

function room(more: Parameters<typeof testRoute>[2] = {}): Route {
  return testRoute('room', 'room/{id}', { handler: 'broadcast', ...more });
}

const anna = { id: 'anna', roles: ['staff'] };

function serve(routes: readonly Route[], handlers: Readonly<Record<string, TopicHandler>> = { broadcast }) {
  return new TestServer({ routes, handlers });
}

/** A promise, and what settles it. */
function pending() {
  let resolve = () => undefined as void;
  let reject = (_why: Error) => undefined as void;
  const promise = new Promise<void>((done, failed) => {
    [resolve, reject] = [done, failed];
  });
  return { promise, resolve: () => resolve(), reject: (why: Error) => reject(why) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a channel whose routes change while it lives', () => {
  it('stays as it is where its route does, wherever that is written', async () => {
    const server = serve([room()]);
    const peer = server.connect();
    await peer.subscribe('room/1');
    const before = server.router.topics.get('room/1');
    const source = { file: 'a.yml', line: 7, column: 1 };
    const rerouted = server.reroute([testRoute('new', 'new'), { ...room(), source }], { broadcast });
    expect(rerouted).toEqual({ channels: 1, moved: 0, withdrawn: 0, ended: 0, asked: 0 });
    expect(server.router.topics.get('room/1')).toBe(before);
    await peer.publish('room/1', 'hello');
    expect(peer.received.map(({ payload }) => payload)).toEqual(['hello']);
  });

  it('keeps those who may stay, and tells the others before anything else is published', async () => {
    const server = serve([room()]);
    const staff = server.connect(testUser('anna', anna));
    const guest = server.connect(testUser('bert'));
    for (const peer of [staff, guest]) await peer.subscribe('room/1');
    const rerouted = server.reroute([room({ access: { subscribe: ['staff'] } })], { broadcast });
    expect(rerouted).toMatchObject({ moved: 1, ended: 1 });
    expect(guest.ended.map(({ why }) => why.code)).toEqual(['forbidden']);
    await staff.publish('room/1', 'secret');
    expect([staff.received.length, guest.received.length]).toEqual([1, 0]);
    await expect(guest.subscribe('room/1')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('ends with no_such_route where no route matches any more, and begins again when one does', async () => {
    const server = serve([room()]);
    const peer = server.connect();
    await peer.subscribe('room/1');
    server.reroute([testRoute('other', 'other', { handler: 'broadcast' })], { broadcast });
    expect(peer.ended.map(({ why }) => why.code)).toEqual(['no_such_route']);
    await turn();
    expect(server.router.topics.size).toBe(0);
    await expect(peer.publish('room/1', 1)).rejects.toMatchObject({ code: 'no_such_route' });
    server.reroute([room()], { broadcast });
    await peer.subscribe('room/1');
    await peer.publish('room/1', 2);
    expect(peer.received.map(({ payload }) => payload)).toEqual([2]);
  });

  it('is not found by what was remembered of the former table', async () => {
    const server = serve([room()]);
    const peer = server.connect();
    await peer.publish('room/1', 1);
    await expect(peer.publish('lobby', 1)).rejects.toMatchObject({ code: 'no_such_route' });
    server.reroute([testRoute('lobby', 'lobby', { handler: 'broadcast' })], { broadcast });
    await peer.publish('lobby', 1);
    await expect(peer.publish('room/1', 1)).rejects.toMatchObject({ code: 'no_such_route' });
  });

  it('has the history that it had, under other rules too', async () => {
    const history = { size: 10, ttl: undefined };
    const server = serve([room({ history })]);
    const peer = server.connect(testUser('anna', anna));
    await peer.subscribe('room/1');
    const first = await peer.publish('room/1', 1);
    server.reroute([room({ history: { size: 20, ttl: undefined }, access: { history: ['staff'] } })], {
      broadcast,
    });
    const second = await peer.publish('room/1', 2);
    expect(second?.position).toMatchObject({ epoch: first?.position?.epoch, offset: 2 });
    expect((await peer.history('room/1')).map(({ payload }) => payload.value)).toEqual([1, 2]);
  });

  it('begins a history where its route has one now', async () => {
    const server = serve([room()]);
    const peer = server.connect();
    await peer.subscribe('room/1');
    server.reroute([room({ history: { size: 10, ttl: undefined } })], { broadcast });
    expect(server.router.topics.get('room/1')?.position).toMatchObject({ offset: 0 });
    await peer.publish('room/1', 1);
    expect((await peer.history('room/1')).length).toBe(1);
    server.reroute([room()], { broadcast });
    expect(server.router.topics.get('room/1')?.position).toBeUndefined();
  });

  it('goes on with what is left of a limit that stays, and not of one that changes', async () => {
    const limits = { publish: { rate: 0.001, burst: 2 } };
    const server = serve([room({ limits })]);
    const peer = server.connect();
    await peer.publish('room/1', 1);
    server.reroute([room({ limits, access: { subscribe: ['user'] } })], { broadcast });
    await peer.publish('room/1', 2);
    await expect(peer.publish('room/1', 3)).rejects.toMatchObject({ code: 'limit_exceeded' });
    server.reroute([room({ limits: { publish: { rate: 0.001, burst: 1 } } })], { broadcast });
    await peer.publish('room/1', 4);
  });

  it('tells of presence, or no more, as its route says', async () => {
    const server = serve([room()]);
    const peer = server.connect(testUser('anna', anna));
    await peer.subscribe('room/1');
    const presence = { leaveDelay: 0, members: 100 };
    server.reroute([room({ presence })], { broadcast });
    await peer.subscribe('signalbox.presence/room/1');
    expect(peer.received.map(({ payload }) => payload)).toMatchObject([{ type: 'members', sessions: 1 }]);
    server.reroute([room({ presence, access: { presence: ['staff'] } })], { broadcast });
    expect(peer.ended).toEqual([]);
    server.reroute([room()], { broadcast });
    expect(peer.ended).toMatchObject([
      { channel: 'signalbox.presence/room/1', why: { code: 'no_such_route' } },
    ]);
  });

  it('is delivered to patterns as the new rules say', async () => {
    const server = serve([room()]);
    const staff = server.connect(testUser('anna', anna));
    const guest = server.connect(testUser('bert'));
    for (const peer of [staff, guest]) await peer.subscribe('room/', 'prefix');
    server.reroute([room({ access: { subscribe: ['staff'] } })], { broadcast });
    await staff.publish('room/1', 1);
    expect([staff.received.length, guest.received.length]).toEqual([1, 0]);
    server.reroute([], { broadcast });
    expect(server.router.topics.size).toBe(0);
  });

  it('gives the messages of a queue to consumers from now on, or to all', async () => {
    const queue = {
      ...{ durable: false, size: 10, ttl: undefined, attempts: 3 },
      ...{ deadLetter: undefined, prefetch: 1 },
    };
    const server = serve([room()]);
    const [a, b] = [server.connect(), server.connect()];
    for (const peer of [a, b]) await peer.subscribe('room/1');
    server.reroute([room({ queue })], { broadcast });
    for (const message of [1, 2]) await a.publish('room/1', message);
    await turn();
    expect(a.received.length + b.received.length).toBe(2);
    server.reroute([room()], { broadcast });
    await a.publish('room/1', 3);
    expect(a.received.length + b.received.length).toBe(4);
  });
});

describe('a handler that is another one now', () => {
  const slow = (answers: Promise<void>[]): TopicHandler => ({
    ...broadcast,
    onSubscribe: () => answers.shift(),
  });

  it('is asked about everybody, who gets nothing before it has answered, and all of it then', async () => {
    const server = serve([room()]);
    const [stays, goes] = [server.connect(), server.connect()];
    for (const peer of [stays, goes]) await peer.subscribe('room/1');
    const [first, second] = [pending(), pending()];
    const rerouted = server.reroute([room()], { broadcast: slow([first.promise, second.promise]) });
    expect(rerouted).toMatchObject({ moved: 1, ended: 0, asked: 2 });
    await stays.publish('room/1', 1);
    await stays.publish('room/1', 2);
    expect([stays.received, goes.received]).toEqual([[], []]);
    first.resolve();
    second.reject(new RouterError('forbidden', 'not you'));
    await turn();
    await stays.publish('room/1', 3);
    expect(stays.received.map(({ payload }) => payload)).toEqual([1, 2, 3]);
    expect(goes.received).toEqual([]);
    expect(goes.ended).toMatchObject([{ why: { code: 'forbidden', message: 'not you' } }]);
  });

  it('decides at once where it answers at once', async () => {
    const server = serve([room()]);
    const peer = server.connect();
    await peer.subscribe('room/1');
    const refuse = () => {
      throw new RouterError('forbidden', 'nobody');
    };
    server.reroute([room()], { broadcast: { ...broadcast, onSubscribe: refuse } });
    expect(peer.ended).toMatchObject([{ why: { message: 'nobody' } }]);
  });

  it('is not decided by the one before it that still thinks', async () => {
    const server = serve([room()]);
    const peer = server.connect();
    await peer.subscribe('room/1');
    const late = pending();
    server.reroute([room()], { broadcast: slow([late.promise]) });
    const strict = { ...broadcast, access: { subscribe: ['staff'] } };
    server.reroute([room()], { broadcast: strict });
    expect(peer.ended).toMatchObject([{ why: { code: 'forbidden' } }]);
    late.resolve();
    await turn();
    await server.connect(testUser('anna', anna)).publish('room/1', 1);
    expect(peer.received).toEqual([]);
  });

  it('hears of those who go later, and the former one of those who were not to stay', async () => {
    const told: string[] = [];
    const handler = (name: string, more: TopicHandler = {}): TopicHandler => ({
      ...broadcast,
      onUnsubscribe: ({ principal }) => void told.push(`${name} ${principal.id}`),
      ...more,
    });
    const server = serve([room()], { broadcast: handler('old') });
    const staff = server.connect(testUser('anna', anna));
    const guest = server.connect(testUser('bert'));
    for (const peer of [staff, guest]) await peer.subscribe('room/1');
    server.reroute([room()], { broadcast: handler('new', { access: { subscribe: ['staff'] } }) });
    await staff.unsubscribe('room/1');
    expect(told).toEqual(['old bert', 'new anna']);
  });

  it('ends a subscription that missed more than is kept for it', async () => {
    const server = serve([room()]);
    const peer = server.connect();
    await peer.subscribe('room/1');
    const late = pending();
    server.reroute([room()], { broadcast: slow([late.promise]) });
    const other = server.connect();
    for (let i = 0; i <= 1000; i++) await other.publish('room/1', i);
    late.resolve();
    await turn();
    expect(peer.received).toEqual([]);
    expect(peer.ended).toMatchObject([{ why: { code: 'unavailable' } }]);
  });
});

describe('what is under way while the routes change', () => {
  const staffOnly = room({ access: { subscribe: ['staff'], publish: ['staff'] } });

  it('is a subscribe that the new rule decides', async () => {
    const thinks = pending();
    const handler = { ...broadcast, onSubscribe: () => thinks.promise };
    const server = serve([room()], { broadcast: handler });
    const [guest, staff] = [server.connect(), server.connect(testUser('anna', anna))];
    const [refused, joined] = [guest.subscribe('room/1'), staff.subscribe('room/1')];
    server.reroute([staffOnly], { broadcast: handler });
    thinks.resolve();
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' });
    await joined;
    expect(server.router.topics.get('room/1')?.size).toBe(1);
  });

  it('is a subscribe for which there is no route any more', async () => {
    const thinks = pending();
    const handler = { ...broadcast, onSubscribe: () => thinks.promise };
    const server = serve([room()], { broadcast: handler });
    const subscribed = server.connect().subscribe('room/1');
    server.reroute([], {});
    thinks.resolve();
    await expect(subscribed).rejects.toMatchObject({ code: 'no_such_route' });
    expect(server.router.topics.size).toBe(0);
  });

  it('is a publish of one who may not any more: the handler still thinks, and nothing goes out', async () => {
    const thinks = pending();
    const handler: TopicHandler = {
      async onPublish(session, topic, _request, { payload }) {
        if (session.principal.kind === 'anonymous') await thinks.promise;
        return topic.broadcast(payload);
      },
    };
    const server = serve([room()], { broadcast: handler });
    const [guest, staff] = [server.connect(), server.connect(testUser('anna', anna))];
    await staff.subscribe('room/1');
    const published = guest.publish('room/1', 'forbidden');
    server.reroute([staffOnly], { broadcast: handler });
    await staff.publish('room/1', 'allowed');
    thinks.resolve();
    await expect(published).rejects.toMatchObject({ code: 'unavailable' });
    await staff.publish('room/1', 'again');
    expect(staff.received.map(({ payload }) => payload)).toEqual(['allowed', 'again']);
  });

  it('is a publish to a channel that has gone, from a topic that somebody has held on to', async () => {
    const topics: Topic[] = [];
    const handler = {
      ...broadcast,
      onSubscribe: (_session: unknown, topic: Topic) => void topics.push(topic),
    };
    const server = serve([room()], { broadcast: handler });
    const peer = server.connect();
    await peer.subscribe('room/1');
    await peer.unsubscribe('room/1');
    server.reroute([], {});
    expect(() => topics[0]?.broadcast(1)).toThrow(expect.objectContaining({ code: 'no_such_route' }));
  });

  it('is a registration, which ends where the route does not let its callee any more', async () => {
    const route = testRoute('sum', 'sum', { handler: 'broadcast' });
    const server = serve([route]);
    const peer = server.connect();
    const revoked: string[] = [];
    const callee = {
      session: peer.session,
      features: { canceling: false, progressiveInvocations: false, passthru: false },
      registered: () => undefined,
      invoke: () => undefined,
      more: () => undefined,
      interrupt: () => undefined,
      revoked: (_registration: unknown, reason: string) => void revoked.push(reason),
    };
    server.procedures.register({ callee, procedure: 'sum', match: 'exact', invoke: 'single' });
    server.reroute([route, room()], { broadcast });
    expect(server.procedures.registrations.size).toBe(1);
    server.reroute([{ ...route, access: { ...route.access, register: ['staff'] } }], { broadcast });
    expect(revoked).toEqual(['wamp.error.not_authorized']);
    await expect(peer.call('sum')).rejects.toMatchObject({ code: 'no_such_procedure' });
  });
});
