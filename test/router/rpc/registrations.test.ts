import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Match } from '../../../src/core/match.js';
import type { InvokePolicy } from '../../../src/core/rpc.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import { type TestPeer, TestServer, testRoute, testUser } from '../../../src/testing.js';
import { eventually } from '../../support/until.js';
import { call, register, TestCallee, values } from './kit.js';

const any = testRoute('any', '{name}', { handler: 'none', requirements: { name: '.+' } });
const mine = testRoute('mine', 'mine/{user_id}/{name}', {
  handler: 'none',
  access: { register: ['owner'] },
});
const work = testRoute('work', 'work/{name}', { handler: 'none', access: { register: ['worker'] } });
const closed = testRoute('closed', 'closed/{name}', { handler: 'none', access: { register: [] } });
const local = testRoute('local', 'local', { handler: 'local' });
const handlers: Record<string, TopicHandler> = { none: {}, local: { onCall: () => 'local' } };

function serve(routes = [mine, work, closed, local, any], limits = {}) {
  const server = new TestServer({ routes, handlers, limits });
  const events: unknown[] = [];
  server.events.on(
    'registered',
    ({ registration: { procedure }, first }) => void events.push(['+', procedure, first]),
  );
  server.events.on(
    'unregistered',
    ({ registration: { procedure }, last }) => void events.push(['-', procedure, last]),
  );
  return { server, events };
}

const worker = testUser('1', { roles: ['worker'] });
const refusal = (code: string) => expect.objectContaining({ code });

describe('a registration', () => {
  it('is numbered, told to its callee and to the server, and found', () => {
    const { server, events } = serve();
    const callee = new TestCallee(server.connect());
    const first = register(server, callee, 'a.b');
    const second = register(server, callee, 'a.c');
    expect([first.id, second.id]).toEqual([1, 2]);
    expect(first).toMatchObject({
      procedure: 'a.b',
      match: 'exact',
      invoke: 'single',
      callees: [callee.session],
    });
    expect(callee.heard).toEqual([
      ['registered', 1, 'a.b'],
      ['registered', 2, 'a.c'],
    ]);
    expect([...server.procedures.registrations.keys()]).toEqual([1, 2]);
    expect(server.procedures.match('a.b')).toBe(first);
    expect(server.procedures.match('a.d')).toBeUndefined();
    server.procedures.unregister(callee.session, 1);
    expect(server.procedures.match('a.b')).toBeUndefined();
    expect(events).toEqual([
      ['+', 'a.b', true],
      ['+', 'a.c', true],
      ['-', 'a.b', true],
    ]);
  });

  it('is called before anything else is asked of the callee', () => {
    const { server } = serve();
    const caller = server.connect();
    const callee = new TestCallee(server.connect());
    server.events.on('registered', () => void call(server, caller, 'a.b', { args: [1] }));
    register(server, callee, 'a.b');
    expect(callee.heard).toEqual([
      ['registered', 1, 'a.b'],
      ['invoke', 1],
    ]);
  });

  it('ends with its session, or when another asks for it to', async () => {
    const { server, events } = serve();
    const [one, two] = [server.connect(), server.connect()];
    const [first, second] = [new TestCallee(one), new TestCallee(two)];
    const { id } = register(server, first, 'a', { invoke: 'roundrobin' });
    register(server, second, 'a', { invoke: 'roundrobin' });
    register(server, second, 'b');
    expect(() => server.procedures.unregister(one.session, 2)).toThrow(refusal('no_such_registration'));
    expect(() => server.procedures.unregister(one.session, 99)).toThrow(refusal('no_such_registration'));
    await one.leave();
    server.procedures.revoke(2, 'wamp.error.x');
    expect(second.heard.at(-1)).toEqual(['revoked', 2, 'wamp.error.x']);
    expect(() => server.procedures.revoke(id, 'x', one.session)).toThrow(refusal('no_such_registration'));
    server.procedures.revoke(id, 'x', two.session);
    expect(events.slice(3)).toEqual([
      ['-', 'a', false],
      ['-', 'b', true],
      ['-', 'a', true],
    ]);
    expect(server.procedures.registrations.size).toBe(0);
  });

  it.each([
    'wamp.session.count',
    'wamp',
    'wamp/x',
    '/topic/wamp.x',
    '/wamp.x',
    'signalbox.identity',
    'signalbox/x',
  ])('is not to be had for %s, whatever a route says', (procedure) => {
    const { server } = serve();
    const callee = new TestCallee(server.connect());
    for (const match of ['exact', 'prefix', 'wildcard'] as const) {
      expect(() => register(server, callee, procedure, { match })).toThrow(refusal('invalid_channel'));
    }
  });

  it('of a broad pattern does not get at the names of the server', () => {
    const { server } = serve();
    register(server, new TestCallee(server.connect()), 'wam', { match: 'prefix' });
    expect(call(server, server.connect(), 'wamp.session.count').replies).toEqual(['no_such_procedure']);
    expect(server.procedures.match('wamp.session.count')).toBeUndefined();
  });

  it('is neither had nor called by a session that has ended', async () => {
    const { server } = serve();
    const gone = server.connect();
    register(server, new TestCallee(server.connect()), 'a');
    await gone.leave();
    expect(() => register(server, new TestCallee(gone), 'b')).toThrow(refusal('unavailable'));
    expect(call(server, gone, 'a').replies).toEqual([]);
    expect([server.procedures.registrations.size, server.procedures.stats.calls]).toEqual([1, 0]);
    expect(server.procedures.participants).toBe(1);
  });

  it('is looked up by any spelling of its channel, and by the text of its pattern', () => {
    const { server } = serve([testRoute('free', 'free/{name}', { handler: 'none' })]);
    const callee = new TestCallee(server.connect());
    const exact = register(server, callee, 'free/x');
    const pattern = register(server, callee, 'free/', { match: 'prefix' });
    const { procedures } = server;
    expect(['free/x', 'free.x'].map((name) => procedures.lookup('exact', name))).toEqual([exact, exact]);
    expect(procedures.lookup('prefix', 'free/')).toBe(pattern);
    expect(procedures.lookup('prefix', 'free.x')).toBeUndefined();
    expect(procedures.lookup('exact', 'free/y')).toBeUndefined();
  });

  it('is not what a handler answers', () => {
    const { server } = serve();
    register(server, new TestCallee(server.connect()), 'loc', { match: 'prefix' });
    expect(server.procedures.match('local')).toBeUndefined();
    expect(server.procedures.match('locomotive')).toBeDefined();
  });

  it('of several is found as long as one of them may register', () => {
    const { server } = serve([work, any]);
    const [one, two] = [server.connect(worker), server.connect(testUser('2', { roles: ['worker'] }))];
    const { id } = register(server, new TestCallee(one), 'work', { match: 'prefix', invoke: 'roundrobin' });
    register(server, new TestCallee(two), 'work', { match: 'prefix', invoke: 'roundrobin' });
    server.router.setRights('2', { roles: [], organizations: [] });
    expect(server.procedures.registrations.get(id)?.callees).toHaveLength(2);
    expect(server.procedures.match('work/x')?.id).toBe(id);
    server.router.setRights('1', { roles: [], organizations: [] });
    expect(server.procedures.match('work/x')).toBeUndefined();
  });

  it('ends when the routes change and let its session register no more, and no other', () => {
    const { server } = serve([work, any]);
    const [callee, other] = [new TestCallee(server.connect()), new TestCallee(server.connect(worker))];
    register(server, callee, 'work2/a');
    register(server, callee, 'free');
    register(server, other, 'work/b');
    const work2 = testRoute('work2', 'work2/{name}', { handler: 'none', access: { register: ['worker'] } });
    server.reroute([work, work2, any], handlers);
    expect(callee.heard.at(-1)).toEqual(['revoked', 1, 'wamp.error.not_authorized']);
    expect([...server.procedures.registrations.values()].map(({ procedure }) => procedure)).toEqual([
      'free',
      'work/b',
    ]);
  });

  it('ends when its name has no route any more, or leads to another channel', () => {
    const free = testRoute('free', 'free/{name}', { handler: 'none' });
    const { server } = serve([free, work]);
    const callee = new TestCallee(server.connect(worker));
    for (const name of ['free/x', 'free.y', 'work/z']) register(server, callee, name);
    const pattern = register(server, callee, 'work', { match: 'prefix' });
    const dotted = testRoute('dotted', '{name}', { handler: 'none', requirements: { name: '\\w+\\.\\w+' } });
    server.reroute([dotted, work], handlers);
    const kept = [...server.procedures.registrations.values()];
    expect(kept.map(({ procedure }) => procedure)).toEqual(['work/z', 'work']);
    expect(kept[1]).toBe(pattern);
  });

  it('keeps its name from nobody who may have it once its own session may not, though nobody has told it so', () => {
    vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const access = ["user.id == '2' || now < timestamp(1800000060)"];
    const { server } = serve([
      testRoute('short', 'short/{name}', { handler: 'none', access: { register: access } }),
    ]);
    const [first, second] = ['1', '2'].map((id) => new TestCallee(server.connect(testUser(id))));
    register(server, first as TestCallee, 'short/a');
    expect(() => register(server, second as TestCallee, 'short/a')).toThrow(refusal('procedure_exists'));
    vi.setSystemTime(1_800_000_061_000);
    register(server, second as TestCallee, 'short/a');
    expect(first?.heard.at(-1)).toEqual(['revoked', 1, 'wamp.error.not_authorized']);
    expect(server.procedures.match('short/a')?.callees).toEqual([second?.session]);
  });

  it('is for those whom the route lets', () => {
    const { server } = serve();
    const callee = new TestCallee(server.connect(testUser('5')));
    register(server, callee, 'mine/5/x');
    register(server, callee, 'mine.5.y');
    for (const procedure of ['mine/6/x', 'work/x', 'closed/x']) {
      expect(() => register(server, callee, procedure)).toThrow(refusal('forbidden'));
    }
    expect(() => register(server, callee, 'local')).toThrow(refusal('procedure_exists'));
    const strict = serve([work]).server;
    const stranger = new TestCallee(strict.connect());
    expect(() => register(strict, stranger, 'elsewhere')).toThrow(refusal('no_such_route'));
    expect(() => register(strict, stranger, 'a\u0000')).toThrow(refusal('invalid_channel'));
  });

  it('is one of limits.registrations', () => {
    const { server } = serve(undefined, { registrations: 1 });
    const callee = new TestCallee(server.connect());
    register(server, callee, 'a');
    expect(() => register(server, callee, 'b')).toThrow(refusal('limit_exceeded'));
    server.procedures.unregister(callee.session, 1);
    register(server, callee, 'b');
  });

  it('is lost by those who have lost the right, and free for others', () => {
    const free = testRoute('free', 'free/{name}', { handler: 'none' });
    const { server } = serve([work, free]);
    const former = server.connect(worker);
    const callee = new TestCallee(former);
    register(server, callee, 'work/x');
    const [pattern, open] = [
      register(server, callee, 'work/', { match: 'prefix' }),
      register(server, callee, 'free/x'),
    ];
    server.router.setRights('1', { roles: [], organizations: [] });
    expect(callee.heard.slice(-2)).toEqual([
      ['revoked', 1, 'wamp.error.not_authorized'],
      ['revoked', pattern.id, 'wamp.error.not_authorized'],
    ]);
    expect([...server.procedures.registrations.keys()]).toEqual([open.id]);
    expect(call(server, server.connect(), 'work/x').replies).toEqual(['no_such_procedure']);
    const other = new TestCallee(server.connect(testUser('2', { roles: ['worker'] })));
    register(server, other, 'work/x');
    call(server, server.connect(), 'work/x');
    expect(other.invocations).toHaveLength(1);
  });
});

describe('a call', () => {
  it('of what the server answers itself reaches no route, and is counted as any', async () => {
    const { server } = serve([closed]);
    const asked = call(server, server.connect(), 'signalbox.identity');
    await eventually(() => expect(asked.replies).toHaveLength(1));
    expect(asked.replies).not.toContain('no_such_procedure');
    expect(server.procedures.stats.calls).toBe(1);
  });
});

describe('a shared registration', () => {
  const shared = (invoke: InvokePolicy) => {
    const { server } = serve();
    const callees = [1, 2, 3].map(() => new TestCallee(server.connect()));
    for (const callee of callees) register(server, callee, 'a', { invoke });
    const caller = server.connect();
    return (times: number) => {
      for (let i = 0; i < times; i++) call(server, caller, 'a');
      return { counts: callees.map(({ invocations }) => invocations.length), callees, server, caller };
    };
  };

  it('goes round the callees, and on when one has left', () => {
    const { server, callees, caller } = shared('roundrobin')(4);
    expect(callees.map(({ invocations }) => invocations.length)).toEqual([2, 1, 1]);
    server.procedures.unregister(callees[0]?.session as TestPeer['session'], 1);
    call(server, caller, 'a');
    expect(callees.map(({ invocations }) => invocations.length)).toEqual([2, 2, 1]);
    call(server, caller, 'a');
    call(server, caller, 'a');
    expect(callees.map(({ invocations }) => invocations.length)).toEqual([2, 3, 2]);
  });

  it('prefers the first or the last', () => {
    expect(shared('first')(4).counts).toEqual([4, 0, 0]);
    expect(shared('last')(4).counts).toEqual([0, 0, 4]);
  });

  it('picks at random', () => {
    const { counts } = shared('random')(300);
    expect(counts.reduce((sum, count) => sum + count)).toBe(300);
    for (const count of counts) expect(count).toBeGreaterThan(40);
  });

  it.each<[InvokePolicy, InvokePolicy, boolean]>([
    ['single', 'single', false],
    ['single', 'roundrobin', false],
    ['roundrobin', 'single', false],
    ['roundrobin', 'random', false],
    ['first', 'last', false],
    ['random', 'random', true],
  ])('begun with %s and joined with %s', (one, other, joined) => {
    const { server } = serve();
    const callees = [new TestCallee(server.connect()), new TestCallee(server.connect())] as const;
    const { id } = register(server, callees[0], 'a', { invoke: one });
    const join = () => register(server, callees[1], 'a', { invoke: other });
    if (joined) expect(join().id).toBe(id);
    else expect(join).toThrow(refusal('procedure_exists'));
    expect(() => register(server, callees[0], 'a', { invoke: one })).toThrow(refusal('procedure_exists'));
  });
});

describe('a registration of a pattern', () => {
  const RPCS: readonly [string, Match][] = [
    ['a1.b2.c3.d4.e55', 'exact'],
    ['a1.b2.c3', 'prefix'],
    ['a1.b2.c3.d4', 'prefix'],
    ['a1.b2..d4.e5', 'wildcard'],
    ['a1.b2.c33..e5', 'wildcard'],
    ['a1.b2..d4.e5..g7', 'wildcard'],
    ['a1.b2..d4..f6.g7', 'wildcard'],
  ];

  // [WAMP2 §Pattern-based registrations], the worked example.
  it.each([
    ['a1.b2.c3.d4.e55', 1],
    ['a1.b2.c3.d98.e74', 2],
    ['a1.b2.c3.d4.e325', 3],
    ['a1.b2.c55.d4.e5', 4],
    ['a1.b2.c33.d4.e5', 5],
    ['a1.b2.c88.d4.e5.f6.g7', 6],
    ['a2.b2.c2.d2.e2', undefined],
  ])('%s goes to number %s', (procedure, expected) => {
    const { server } = serve();
    const callee = new TestCallee(server.connect());
    for (const [name, match] of RPCS) register(server, callee, name, { match });
    const { replies } = call(server, server.connect(), procedure);
    expect(server.procedures.match(procedure)?.id).toBe(expected);
    expect(callee.invocations.map(({ registration }) => registration.id)).toEqual(
      expected === undefined ? [] : [expected],
    );
    expect(replies).toEqual(expected === undefined ? ['no_such_procedure'] : []);
  });

  it('is told what was called', () => {
    const { server } = serve();
    const callee = new TestCallee(server.connect());
    register(server, callee, 'a.', { match: 'prefix' });
    register(server, callee, 'b');
    call(server, server.connect(), 'a.b');
    call(server, server.connect(), 'b');
    expect(callee.invocations.map(({ procedure }) => procedure)).toEqual(['a.b', undefined]);
  });

  it('gets the calls of those routes alone that let its session register', () => {
    const { server } = serve();
    const broad = new TestCallee(server.connect(testUser('5')));
    register(server, broad, 'mine', { match: 'prefix' });
    register(server, broad, '..x', { match: 'wildcard' });
    const caller = server.connect();
    expect(call(server, caller, 'mine/5/x').replies).toEqual([]);
    expect(call(server, caller, 'mine/6/x').replies).toEqual(['no_such_procedure']);
    expect(call(server, caller, 'closed/x').replies).toEqual(['no_such_procedure']);
    expect(broad.invocations).toHaveLength(1);
  });

  it("stands in nobody's way: who may register nothing below it is refused", () => {
    const { server } = serve([mine, work, closed]);
    const stranger = new TestCallee(server.connect(testUser('5')));
    const patterns: [string, Match][] = [
      ['work/', 'prefix'],
      ['w', 'prefix'],
      ['work.', 'wildcard'],
      ['.x', 'wildcard'],
      ['closed', 'prefix'],
      ['other', 'prefix'],
    ];
    for (const [procedure, match] of patterns) {
      expect(() => register(server, stranger, procedure, { match })).toThrow(refusal('forbidden'));
    }
    const able = new TestCallee(server.connect(worker));
    for (const [procedure, match] of patterns.slice(0, 4)) register(server, able, procedure, { match });
    expect(() => register(server, able, 'other', { match: 'prefix' })).toThrow(refusal('forbidden'));
    expect(() => register(server, able, '.'.repeat(40), { match: 'wildcard' })).toThrow(
      refusal('invalid_channel'),
    );
    expect(() => register(server, able, '', { match: 'prefix' })).toThrow(refusal('invalid_channel'));
  });

  it('comes after the handler and after an exact registration', async () => {
    const { server } = serve();
    const [broad, exact] = [new TestCallee(server.connect()), new TestCallee(server.connect())];
    register(server, broad, 'local', { match: 'prefix' });
    register(server, broad, 'a', { match: 'prefix' });
    register(server, exact, 'a.b');
    expect(await server.connect().call('local')).toBe('local');
    call(server, server.connect(), 'a.b');
    exact.last.result(values(1));
    expect([broad.invocations.length, exact.invocations.length]).toEqual([0, 1]);
  });
});
