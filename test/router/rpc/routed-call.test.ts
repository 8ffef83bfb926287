import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RegisterRequest } from '../../../src/core/rpc.js';
import { type TestPeer, TestServer, testRoute, testUser } from '../../../src/testing.js';
import { call, register, TestCallee, values } from './kit.js';

let server: TestServer;
let caller: TestPeer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new TestServer({
    routes: [testRoute('p', 'p', { limits: { payload: 100 } }), testRoute('any', '{a}')],
    handlers: { p: {}, any: {} },
    limits: { callTimeout: 10_000 },
  });
  caller = server.connect(testUser('5', { roles: ['staff'] }));
});
afterEach(() => void vi.useRealTimers());

/** A callee of procedure `p`. */
function answering(
  features: Partial<TestCallee['features']> = {},
  more: Partial<RegisterRequest> = {},
): TestCallee {
  const callee = new TestCallee(server.connect(), features);
  register(server, callee, 'p', more);
  callee.heard.length = 0;
  return callee;
}

describe('a call of a session', () => {
  it('is answered by the callee once', () => {
    const callee = answering();
    const ongoing = call(server, caller, 'p', { args: [1], headers: { x: 'y' } });
    expect(callee.last).toMatchObject({
      headers: { x: 'y' },
      wantsProgress: false,
      continues: false,
      timeout: undefined,
      caller: undefined,
    });
    callee.last.result(values(2));
    callee.last.result(values(3));
    callee.last.fail({ uri: 'a.b', payload: values() });
    callee.last.progress(values(4));
    ongoing.cancel('kill');
    expect(ongoing.replies).toEqual([['result', 2]]);
    expect(callee.heard).toEqual([['invoke', 1]]);
    expect(server.procedures.pending).toBe(0);
  });

  it('fails with the words of the callee', () => {
    const callee = answering();
    const ongoing = call(server, caller, 'p');
    callee.last.fail({ uri: 'com.example.error.empty', payload: values('sold out', 3) });
    expect(ongoing.replies).toEqual([['com.example.error.empty', 'sold out', 3]]);
  });

  it('tells who calls where the caller says so or the callee demands it', () => {
    const callee = answering({}, { disclose: true });
    call(server, caller, 'p');
    expect(callee.last.caller).toEqual({ session: caller.session.id, user: '5', role: 'staff' });
    const shy = new TestCallee(server.connect());
    register(server, shy, 'q');
    call(server, caller, 'q', { caller: { session: '1', user: '2', role: '3' } });
    expect(shy.last.caller).toEqual({ session: '1', user: '2', role: '3' });
  });

  it('keeps the order of a caller and a callee', () => {
    const callee = answering();
    for (let i = 0; i < 5; i++) call(server, caller, 'p', { args: [i] });
    expect(callee.heard).toEqual([0, 1, 2, 3, 4].map((i) => ['invoke', i]));
  });

  it('brings parts of the result to those who want them', () => {
    const callee = answering();
    const [wanting, plain] = [call(server, caller, 'p', { wantsProgress: true }), call(server, caller, 'p')];
    const [first, second] = callee.invocations;
    expect([first?.wantsProgress, second?.wantsProgress]).toEqual([true, false]);
    for (const invocation of callee.invocations) {
      invocation.progress(values(1));
      invocation.result(values(2));
    }
    expect(wanting.replies).toEqual([
      ['progress', 1],
      ['result', 2],
    ]);
    expect(plain.replies).toEqual([['result', 2]]);
  });

  it('goes with all of its parts to one callee, which may have them', () => {
    const callee = answering({}, { invoke: 'roundrobin' });
    answering({}, { invoke: 'roundrobin' });
    const ongoing = call(server, caller, 'p', { args: [1], continues: true });
    ongoing.more(values(2), true);
    ongoing.more(values(3), false);
    ongoing.more(values(4), false);
    expect(callee.last.continues).toBe(true);
    expect(callee.heard).toEqual([
      ['invoke', 1],
      ['more', 2, true],
      ['more', 3, false],
    ]);
    callee.last.result(values('all'));
    ongoing.more(values(5), true);
    expect(callee.heard).toHaveLength(3);
    expect(ongoing.replies).toEqual([['result', 'all']]);
  });

  it('ends with a part of a caller that may not call any more', () => {
    const staffed = new TestServer({
      routes: [testRoute('p', 'p', { access: { call: ['staff'] } })],
      handlers: { p: {} },
    });
    const callee = new TestCallee(staffed.connect());
    register(staffed, callee, 'p');
    const demoted = staffed.connect(testUser('5', { roles: ['staff'] }));
    const ongoing = call(staffed, demoted, 'p', { continues: true });
    staffed.router.setRights('5', { roles: [], organizations: [] });
    ongoing.more(values('too late'), true);
    expect(ongoing.replies).toEqual(['forbidden']);
    expect(callee.heard.at(-1)).toEqual(['ended']);
  });

  it('whose parts are over the limit of the route is refused, and its callee interrupted', () => {
    const callee = answering();
    const ongoing = call(server, caller, 'p', { continues: true });
    ongoing.more(values('x'.repeat(200)), true);
    expect(ongoing.replies).toEqual(['payload_too_large']);
    expect(callee.heard.slice(1)).toEqual([['interrupt', 'killnowait', 'wamp.error.canceled'], ['ended']]);
  });

  it.each([
    ['parts', { progressiveInvocations: false }, { continues: true }],
    ['parts that could not be interrupted', { canceling: false }, { continues: true }],
    ['a payload to pass through', { passthru: false }, { headers: { ppt_scheme: 'mqtt' } }],
  ])('with %s needs a callee that can', (_what, features, request) => {
    const callee = answering(features, { invoke: 'first' });
    expect(call(server, caller, 'p', request).replies).toEqual(['feature_not_supported']);
    expect(callee.invocations).toEqual([]);
    const able = answering({}, { invoke: 'first' });
    expect(call(server, caller, 'p', request).replies).toEqual([]);
    expect(able.invocations).toHaveLength(1);
  });
});

describe('a call that is canceled', () => {
  const AT_ONCE = [['canceled']];

  it.each([
    ['skip', true, AT_ONCE, [['ended']]],
    ['kill', false, AT_ONCE, [['ended']]],
    ['killnowait', false, AT_ONCE, [['ended']]],
    ['killnowait', true, AT_ONCE, [['interrupt', 'killnowait', 'wamp.error.canceled'], ['ended']]],
  ] as const)('by %s (callee can be interrupted: %s)', (mode, canceling, replies, heard) => {
    const callee = answering({ canceling });
    const ongoing = call(server, caller, 'p');
    ongoing.cancel(mode);
    ongoing.cancel(mode);
    expect([ongoing.replies]).toEqual(replies);
    expect(callee.heard.slice(1)).toEqual(heard);
    callee.last.result(values('late'));
    expect([ongoing.replies]).toEqual(replies);
  });

  it.each([
    ['a result', (callee: TestCallee) => callee.last.result(values(1)), ['result', 1]],
    [
      'an error',
      (callee: TestCallee) => callee.last.fail({ uri: 'wamp.error.canceled', payload: values() }),
      ['wamp.error.canceled'],
    ],
    [
      'unavailable',
      (callee: TestCallee) => callee.last.fail({ uri: 'wamp.error.unavailable', payload: values() }),
      ['wamp.error.unavailable'],
    ],
  ])('by kill is answered by the callee, with %s', (_what, say, reply) => {
    const callee = answering();
    const ongoing = call(server, caller, 'p');
    ongoing.cancel('kill');
    ongoing.cancel('kill');
    expect(ongoing.replies).toEqual([]);
    say(callee);
    expect(ongoing.replies).toEqual([reply]);
    expect(callee.heard.slice(1)).toEqual([['interrupt', 'kill', 'wamp.error.canceled']]);
  });

  it('by kill may still be given up', () => {
    answering();
    const ongoing = call(server, caller, 'p');
    ongoing.cancel('kill');
    ongoing.cancel('skip');
    expect(ongoing.replies).toEqual(['canceled']);
  });
});

describe('a session that leaves', () => {
  it('as caller has its callee interrupted, and hears nothing', async () => {
    const callee = answering();
    const ongoing = call(server, caller, 'p');
    await caller.leave();
    callee.last.result(values(1));
    expect(callee.heard.slice(1)).toEqual([['interrupt', 'killnowait', 'wamp.error.canceled'], ['ended']]);
    expect(ongoing.replies).toEqual([]);
  });

  it('as callee is answered for', async () => {
    const peer = server.connect();
    const callee = new TestCallee(peer);
    register(server, callee, 'p');
    const ongoing = call(server, caller, 'p');
    await peer.leave();
    callee.last.result(values(1));
    expect(ongoing.replies).toEqual(['canceled']);
    expect(call(server, caller, 'p').replies).toEqual(['no_such_procedure']);
  });

  it('is told nothing about what it calls itself', async () => {
    const peer = server.connect();
    const callee = new TestCallee(peer);
    register(server, callee, 'p');
    const ongoing = call(server, peer, 'p');
    await peer.leave();
    expect(ongoing.replies).toEqual([]);
    expect(callee.heard.slice(1)).toEqual([['invoke']]);
  });

  it('leaves nothing behind', async () => {
    const callee = answering();
    call(server, caller, 'p');
    await caller.leave();
    server.procedures.leave(callee.session);
    server.procedures.leave(callee.session);
    expect(server.procedures.pending).toBe(0);
    expect(server.procedures.participants).toBe(0);
  });

  it('has its calls under way answered after it has unregistered', () => {
    const callee = answering();
    const ongoing = call(server, caller, 'p');
    server.procedures.unregister(callee.session, 1);
    callee.last.result(values(1));
    expect(ongoing.replies).toEqual([['result', 1]]);
  });
});

describe('the time of a call', () => {
  it('ends with an answer to the caller and an interrupt to the callee', async () => {
    const callee = answering();
    const [short, bounded] = [
      call(server, caller, 'p', { timeout: 500 }),
      call(server, caller, 'p', { timeout: 1e9 }),
    ];
    await vi.advanceTimersByTimeAsync(400);
    expect(short.replies).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    expect(short.replies).toEqual(['timeout']);
    expect(callee.heard.slice(2)).toEqual([['interrupt', 'killnowait', 'wamp.error.timeout'], ['ended']]);
    await vi.advanceTimersByTimeAsync(9_500);
    expect(bounded.replies).toEqual(['timeout']);
  });

  it('is counted from one part of the result to the next', async () => {
    const callee = answering();
    const ongoing = call(server, caller, 'p', { timeout: 500, wantsProgress: true });
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(400);
      callee.last.progress(values(i));
    }
    expect(ongoing.replies).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(700);
    expect(ongoing.replies.at(-1)).toBe('timeout');
  });

  it('is left to a callee that looks after it, up to limits.call_timeout', async () => {
    const callee = answering({}, { forwardTimeout: true });
    const ongoing = call(server, caller, 'p', { timeout: 500 });
    expect(callee.last.timeout).toBe(500);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(ongoing.replies).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ongoing.replies).toEqual(['timeout']);
    call(server, caller, 'p');
    expect(callee.last.timeout).toBeUndefined();
  });
});

describe('a callee that is unavailable', () => {
  const unavailable = { uri: 'wamp.error.unavailable', payload: values() };

  it.each([
    ['roundrobin', [0, 1, 2]],
    ['first', [0, 1, 2]],
    ['last', [2, 1, 0]],
  ] as const)('passes the call on to the others in their order (%s)', (invoke, order) => {
    const callees = [0, 1, 2].map(() => answering({}, { invoke }));
    const ongoing = call(server, caller, 'p', { args: [7] });
    for (const index of order) {
      const callee = callees[index];
      expect(callee?.heard).toEqual([['invoke', 7]]);
      expect(ongoing.replies).toEqual([]);
      callee?.last.fail(unavailable);
      callee?.last.result(values('late'));
    }
    expect(ongoing.replies).toEqual(['no_available_callee']);
    expect(callees.map(({ invocations }) => invocations.length)).toEqual([1, 1, 1]);
  });

  it('at random is not asked twice, and the next one answers', () => {
    const callees = [0, 1].map(() => answering({}, { invoke: 'random' }));
    const ongoing = call(server, caller, 'p');
    const first = callees.find(({ invocations }) => invocations.length > 0);
    first?.last.fail(unavailable);
    callees.find((callee) => callee !== first)?.last.result(values(1));
    expect(ongoing.replies).toEqual([['result', 1]]);
  });

  it('ends the call where it alone answers, or has begun to', () => {
    const callee = answering();
    const ongoing = call(server, caller, 'p');
    callee.last.fail(unavailable);
    expect(ongoing.replies).toEqual(['no_available_callee']);
    const shared = [0, 1].map(() => {
      const one = new TestCallee(server.connect());
      register(server, one, 'q', { invoke: 'first' });
      return one;
    });
    const begun = call(server, caller, 'q', { wantsProgress: true });
    shared[0]?.last.progress(values(1));
    shared[0]?.last.fail(unavailable);
    expect(begun.replies).toEqual([['progress', 1], 'no_available_callee']);
    expect(shared[1]?.invocations).toEqual([]);
  });

  it('does not win time by passing the call on', async () => {
    const callees = [0, 1].map(() => answering({}, { invoke: 'first' }));
    const ongoing = call(server, caller, 'p', { timeout: 500 });
    await vi.advanceTimersByTimeAsync(400);
    callees[0]?.last.fail(unavailable);
    await vi.advanceTimersByTimeAsync(300);
    expect(ongoing.replies).toEqual(['timeout']);
  });
});

it('a callee whose protocol cannot take the call costs the caller an error, and nobody else anything', () => {
  const callee = answering();
  callee.invoke = () => {
    throw new Error('secret');
  };
  expect(call(server, caller, 'p').replies).toEqual(['internal']);
  expect(server.procedures.pending).toBe(0);
});
