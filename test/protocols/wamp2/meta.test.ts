import { beforeEach, describe, expect, it } from 'vitest';
import { TestPeer, testBackend, testUser } from '../../../src/testing.js';
import { type Client, refusal, World } from './world.js';

let world: World;
let admin: Client;

beforeEach(async () => {
  world = new World();
  admin = await world.join(testBackend('ops'));
});

const result = (...values: unknown[]) => [50, 77, {}, values];
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** The arguments of the events that came. */
async function told(client: Client): Promise<unknown[]> {
  return (await client.news()).filter(([type]) => type === 36).map((message) => message[4]);
}

describe('wamp.session', () => {
  it('is for those alone whom wamp.meta names', async () => {
    const user = await world.join();
    for (const name of ['session.count', 'session.kill_all', 'subscription.list', 'registration.list']) {
      expect(await user.call(`wamp.${name}`)).toEqual(refusal(48, 77, 'wamp.error.not_authorized'));
    }
    expect(await user.ask([32, 1, {}, 'wamp.session.on_join'])).toEqual([
      refusal(32, 1, 'wamp.error.not_authorized'),
    ]);
    user.send([32, 2, { match: 'prefix' }, 'wamp.']);
    await world.join();
    expect(await told(user)).toEqual([]);
  });

  it('counts and lists sessions, those with some roles if asked so', async () => {
    const [user, staff] = [await world.join(), await world.join(testUser('6', { roles: ['staff', 'user'] }))];
    expect(await admin.call('wamp.session.count')).toEqual(result(3));
    expect(await admin.call('wamp.session.count', [['staff', 'user']])).toEqual(result(2));
    expect(await admin.call('wamp.session.count', [[]])).toEqual(result(0));
    expect(await admin.call('wamp.session.list')).toEqual(result([admin.id, user.id, staff.id]));
    expect(await admin.call('wamp.session.list', [['staff']])).toEqual(result([staff.id]));
    expect((await admin.call('wamp.session.count', ['staff']))[4]).toBe('wamp.error.invalid_argument');
  });

  it('tells of sessions of all protocols', async () => {
    const user = await world.join(testUser('6', { roles: ['staff'] }));
    const peer = new TestPeer(world.server, testUser('7'));
    expect(await admin.call('wamp.session.get', [user.id])).toEqual(
      result({
        session: user.id,
        authid: '6',
        authrole: 'staff',
        authmethod: 'transport',
        authprovider: 'signalbox',
        transport: { type: 'memory', protocol: 'wamp2' },
      }),
    );
    expect(await admin.call('wamp.session.get', [Number(peer.session.id)])).toMatchObject(
      result({ authid: '7', authrole: 'user', transport: { protocol: 'test' } }),
    );
    expect(await admin.call('wamp.session.get', [1])).toEqual(refusal(48, 77, 'wamp.error.no_such_session'));
    expect((await admin.call('wamp.session.get', ['x']))[4]).toBe('wamp.error.invalid_argument');
    expect((await admin.call('wamp.session.get'))[4]).toBe('wamp.error.invalid_argument');
  });

  it('kills another session, with reason and message', async () => {
    const user = await world.join();
    const kwargs = { reason: 'com.example.bye', message: 'you know why' };
    expect(await admin.call('wamp.session.kill', [user.id], kwargs)).toEqual([50, 77, {}]);
    expect(await user.news()).toEqual([[6, { message: 'you know why' }, 'com.example.bye']]);
    expect(await admin.call('wamp.session.count')).toEqual(result(1));
    const next = await world.join();
    await admin.call('wamp.session.kill', [next.id]);
    expect(await next.news()).toEqual([[6, {}, 'wamp.close.killed']]);
  });

  it('kills neither the one that asks nor one that is not there', async () => {
    const absent = refusal(48, 77, 'wamp.error.no_such_session');
    expect(await admin.call('wamp.session.kill', [admin.id])).toEqual(absent);
    expect(await admin.call('wamp.session.kill', [1])).toEqual(absent);
  });

  it.each(['', 'a b', 'com..x', 7])('kills nobody for the reason %j', async (reason) => {
    const user = await world.join();
    expect(await admin.call('wamp.session.kill', [user.id], { reason })).toEqual(
      refusal(48, 77, 'wamp.error.invalid_uri'),
    );
    expect(await admin.call('wamp.session.kill_all', [], { reason })).toEqual(
      refusal(48, 77, 'wamp.error.invalid_uri'),
    );
    expect(await user.news()).toEqual([]);
  });

  it('kills by authid, by authrole and all but the one that asks', async () => {
    const [a, b, c] = [
      await world.join(),
      await world.join(),
      await world.join(testUser('6', { roles: ['staff'] })),
    ];
    const second = await world.join(testBackend('ops'));
    expect(await admin.call('wamp.session.kill_by_authid', ['5'])).toEqual(result([a.id, b.id]));
    expect(await admin.call('wamp.session.kill_by_authid', ['5'])).toEqual(result([]));
    expect(await admin.call('wamp.session.kill_by_authrole', ['staff'])).toEqual(result(1));
    expect(await admin.call('wamp.session.kill_by_authrole', ['backend'])).toEqual(result(1));
    for (const client of [a, b, c, second])
      expect(await client.news()).toMatchObject([[6, {}, 'wamp.close.killed']]);
    await world.join();
    await world.join();
    expect(await admin.call('wamp.session.kill_all')).toEqual(result(2));
    expect(await admin.call('wamp.session.list')).toEqual(result([admin.id]));
  });

  it('tells nobody who goes with the others of the others', async () => {
    world = new World({ meta: ['user', 'backend'] });
    [admin] = [await world.join(testBackend())];
    const [a, b] = [await world.join(), await world.join()];
    await b.subscribe('chat.a');
    await b.subscribe('wamp.session.on_leave');
    await a.call('wamp.session.add_testament', ['chat.a', ['bye'], {}]);
    await b.news();
    await admin.call('wamp.session.kill_all');
    expect(await b.news()).toMatchObject([[6, {}, 'wamp.close.killed']]);
  });

  it('tells who joins and who leaves', async () => {
    await admin.subscribe('wamp.session.on_join');
    await admin.subscribe('wamp.session.on_leave');
    const user = await world.join(testUser('6', { roles: ['staff'] }));
    const details = { session: user.id, authid: '6', authrole: 'staff', authmethod: 'transport' };
    expect(await told(admin)).toEqual([[expect.objectContaining(details)]]);
    user.drop();
    expect(await told(admin)).toEqual([[user.id, '6', 'staff']]);
  });

  it('is never spoken for by a peer', async () => {
    await admin.subscribe('wamp.session.on_join');
    for (const topic of ['wamp.session.on_join', 'wamp/session/on_join', '/wamp.session.on_join']) {
      const [answer] = await admin.ask([16, 1, { acknowledge: true, exclude_me: false }, topic, ['forged']]);
      expect(answer?.[0]).toBe(8);
    }
    expect(await told(admin)).toEqual([]);
  });
});

describe('wamp.subscription', () => {
  it('lists, looks up, matches and describes', async () => {
    const user = await world.join();
    const exact = await user.subscribe('chat.a');
    const prefix = await user.subscribe('chat', { match: 'prefix' });
    const wildcard = await user.subscribe('chat.', { match: 'wildcard' });
    const call = (name: string, ...args: unknown[]) => admin.call(`wamp.subscription.${name}`, args);
    expect(await call('list')).toEqual(result({ exact: [exact], prefix: [prefix], wildcard: [wildcard] }));
    expect(await call('lookup', 'chat.a')).toEqual(result(exact));
    expect(await call('lookup', 'chat/a', {})).toEqual(result(exact));
    expect(await call('lookup', 'chat', { match: 'prefix' })).toEqual(result(prefix));
    expect(await call('lookup', 'chat.', { match: 'wildcard' })).toEqual(result(wildcard));
    expect(await call('lookup', 'chat.b')).toEqual(result(null));
    expect(await call('lookup', 'no.where')).toEqual(result(null));
    const [, , , [matching]] = (await call('match', 'chat.a')) as [0, 0, 0, [number[]]];
    expect(new Set(matching)).toEqual(new Set([exact, prefix, wildcard]));
    expect(await call('match', 'news.x')).toEqual(result(null));
    expect(await call('match', 'no.where')).toEqual(result(null));
    expect(await call('get', exact)).toEqual(
      result({ id: exact, created: time, match: 'exact', uri: 'chat/a' }),
    );
    expect(await call('get', prefix)).toEqual(
      result({ id: prefix, created: time, match: 'prefix', uri: 'chat' }),
    );
    expect(await call('list_subscribers', exact)).toEqual(result([user.id]));
    expect(await call('count_subscribers', exact)).toEqual(result(1));
    for (const name of ['get', 'list_subscribers', 'count_subscribers', 'get_events']) {
      expect(await call(name, 4711)).toEqual(refusal(48, 77, 'wamp.error.no_such_subscription'));
    }
  });

  it('tells of subscriptions in order, and not of those to the tellings', async () => {
    for (const name of ['on_create', 'on_subscribe', 'on_unsubscribe', 'on_delete']) {
      await admin.subscribe(`wamp.subscription.${name}`);
    }
    const [a, b] = [await world.join(), await world.join()];
    expect(await told(admin)).toEqual([]);
    const subscription = await a.subscribe('chat.a');
    await b.subscribe('chat.a');
    expect(await told(admin)).toEqual([
      [a.id, { id: subscription, created: time, match: 'exact', uri: 'chat/a' }],
      [a.id, subscription],
      [b.id, subscription],
    ]);
    a.drop();
    await b.ask([34, 2, subscription]);
    expect(await told(admin)).toEqual([
      [a.id, subscription],
      [b.id, subscription],
      [b.id, subscription],
    ]);
  });

  it('gives the history of a subscription to who may read it', async () => {
    const user = await world.join();
    const exact = await user.subscribe('news.a');
    const prefix = await user.subscribe('news.', { match: 'prefix' });
    const publisher = await world.join(testUser('6'));
    const published: number[] = [];
    for (const [topic, n] of [
      ['news.a', 1],
      ['news.b', 2],
      ['news.a', 3],
    ] as const) {
      const options = { acknowledge: true, disclose_me: n === 3 };
      const [answer] = await publisher.ask([16, n, options, topic, [n], { k: n }]);
      published.push(answer?.[2] as number);
    }
    await user.news();
    const [first = 0, second = 0, third = 0] = published;
    const event = (publication: number, n: number, subscription: number, details: object = {}) => ({
      timestamp: time,
      subscription,
      publication,
      _position: expect.stringMatching(/^\w+\.\d\.\w+$/),
      details,
      args: [n],
      kwargs: { k: n },
    });
    const disclosed = { publisher: publisher.id, publisher_authid: '6', publisher_authrole: 'user' };
    const events = (subscription: number, kwargs: object = {}) =>
      user.call('wamp.subscription.get_events', [subscription], kwargs);
    expect(await events(exact)).toEqual(result([event(first, 1, exact), event(third, 3, exact, disclosed)]));
    expect(await events(prefix)).toEqual(
      result([
        event(first, 1, prefix, { topic: 'news.a' }),
        event(second, 2, prefix, { topic: 'news.b' }),
        event(third, 3, prefix, { topic: 'news.a', ...disclosed }),
      ]),
    );
    const ids = async (kwargs: object) => {
      const [list] = (await events(prefix, kwargs))[3] as [{ publication: number }[]];
      return list.map(({ publication }) => publication);
    };
    expect(await ids({ reverse: true, limit: 2 })).toEqual([third, second]);
    expect(await ids({ topic: 'news.b' })).toEqual([second]);
    expect(await ids({ topic: 'no.where' })).toEqual([]);
    expect(await ids({ after_publication: first, before_publication: third })).toEqual([second]);
    expect(await ids({ from_publication: second, until_publication: second })).toEqual([second]);
    expect(await ids({ from_time: '2001-01-01T00:00:00Z', until_time: '2099-01-01T00:00:00Z' })).toEqual(
      published,
    );
    expect(await ids({ after_time: '2099-01-01T00:00:00Z' })).toEqual([]);
    expect(await ids({ before_time: '2001-01-01T00:00:00Z' })).toEqual([]);
    for (const kwargs of [{ limit: 0 }, { limit: 'x' }, { reverse: 1 }, { from_time: 'x' }, { topic: 1 }]) {
      expect((await events(exact, kwargs))[4]).toBe('wamp.error.invalid_argument');
    }
  });
});

describe('wamp.registration', () => {
  it('lists, looks up, matches and describes', async () => {
    const user = await world.join();
    const exact = await user.register('math.add', { invoke: 'roundrobin' });
    const prefix = await user.register('math', { match: 'prefix' });
    const call = (name: string, ...args: unknown[]) => admin.call(`wamp.registration.${name}`, args);
    expect(await call('list')).toEqual(result({ exact: [exact], prefix: [prefix], wildcard: [] }));
    expect(await call('lookup', 'math/add')).toEqual(result(exact));
    expect(await call('lookup', 'math', { match: 'prefix' })).toEqual(result(prefix));
    expect(await call('lookup', 'math.sub')).toEqual(result(null));
    expect(await call('match', 'math.add')).toEqual(result(exact));
    expect(await call('match', 'math.sub')).toEqual(result(prefix));
    expect(await call('match', 'no.where')).toEqual(result(null));
    expect(await call('get', exact)).toEqual(
      result({ id: exact, created: time, match: 'exact', invoke: 'roundrobin', uri: 'math.add' }),
    );
    expect(await call('list_callees', exact)).toEqual(result([user.id]));
    expect(await call('count_callees', exact)).toEqual(result(1));
    for (const name of ['get', 'list_callees', 'count_callees']) {
      expect(await call(name, 4711)).toEqual(refusal(48, 77, 'wamp.error.no_such_registration'));
    }
  });

  it('tells of registrations in order', async () => {
    for (const name of ['on_create', 'on_register', 'on_unregister', 'on_delete']) {
      await admin.subscribe(`wamp.registration.${name}`);
    }
    const user = await world.join();
    const registration = await user.register('math.add');
    expect(await told(admin)).toEqual([
      [user.id, { id: registration, created: time, match: 'exact', invoke: 'single', uri: 'math.add' }],
      [user.id, registration],
    ]);
    user.drop();
    expect(await told(admin)).toEqual([
      [user.id, registration],
      [user.id, registration],
    ]);
  });
});

describe('another name below wamp.', () => {
  it('is no procedure', async () => {
    expect(await admin.call('wamp.session.nothing')).toEqual(refusal(48, 77, 'wamp.error.no_such_procedure'));
    expect(await admin.ask([64, 1, {}, 'wamp.session.nothing'])).toEqual([
      refusal(64, 1, 'wamp.error.invalid_uri'),
    ]);
  });
});
