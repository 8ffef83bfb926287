import { beforeEach, describe, expect, it } from 'vitest';
import { CallError } from '../../../src/core/call-error.js';
import { RouterError } from '../../../src/core/errors.js';
import { Results } from '../../../src/core/results.js';
import type { CallEvent } from '../../../src/core/rpc.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import { Wamp1Protocol } from '../../../src/protocols/wamp1/index.js';
import { FakeConnection, TestServer, testRoute, testUser } from '../../../src/testing.js';
import { register, TestCallee, values } from '../../router/rpc/kit.js';

const handler: TopicHandler & Record<string, unknown> = {
  methods: ['echo', 'results', 'octets', 'fail', 'refuse', 'wait', 'endless'],
  echo: (_session: unknown, _request: unknown, { args, kwargs }: CallEvent) => [args, kwargs],
  results: () => new Results([1], { unit: 'kg' }),
  octets: () => Buffer.from([1, 2, 3]),
  fail: (_session: unknown, _request: unknown, { args: [list, kwargs] }: CallEvent) => {
    const named = (kwargs ?? undefined) as Record<string, unknown> | undefined;
    throw new CallError('com.example.error.empty', { args: list as unknown[], kwargs: named });
  },
  refuse: () => {
    throw new RouterError('conflict', 'not now', { hint: 'later' });
  },
  wait: async (_session: unknown, _request: unknown, { progress }: CallEvent) => typeof progress,
  endless: () => new Promise(() => undefined),
};

let server: TestServer;
let connection: FakeConnection;
let seen = 1;

beforeEach(() => {
  seen = 1;
  server = new TestServer({
    routes: [
      testRoute('sample', 'sample/{method}'),
      testRoute('callee', 'callee', { handler: 'none' }),
      testRoute('private', 'private/{method}', { handler: 'sample', access: { call: ['backend'] } }),
    ],
    handlers: { sample: handler, none: {} },
  });
  const { router, procedures } = server;
  const shared = { router, procedures, ident: 'signalbox/test', depth: 64, malformed: () => undefined };
  connection = new FakeConnection();
  connection.listener = new Wamp1Protocol(shared).accept(connection, {
    principal: testUser('5'),
    headers: {},
  });
});

async function ask(...messages: unknown[]): Promise<unknown[]> {
  for (const message of messages) connection.listener?.received(Buffer.from(JSON.stringify(message)), false);
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  const texts = connection.texts.slice(seen);
  seen = connection.texts.length;
  return texts.map((text) => JSON.parse(text));
}

describe('a CALL of WAMP v1', () => {
  it.each([
    ['nothing', [], [[], {}]],
    ['several arguments', [1, [2], { a: 3 }], [[1, [2], { a: 3 }], {}]],
    ['one that is neither list nor object', ['x'], [['x'], {}]],
    ['null', [null], [[null], {}]],
    ['a single list, which is the arguments themselves', [[9, 1]], [[9, 1], {}]],
    ['a single object, which is the named ones', [{ a: 1, b: [2] }], [[], { a: 1, b: [2] }]],
    [
      'an object with a name of every object',
      [JSON.parse('{"__proto__": 1}')],
      [[], JSON.parse('{"__proto__": 1}')],
    ],
  ])('carries %s', async (_what, args, expected) => {
    expect(await ask([2, 'c', 'sample/echo', ...args])).toEqual([[3, 'c', expected]]);
  });

  it.each([
    ['one value', 'wait', 'function'],
    ['several as one', 'results', { args: [1], kwargs: { unit: 'kg' } }],
    ['octets as WAMP v2 writes them', 'octets', '\0AQID'],
  ])('is answered with %s', async (_what, method, result) => {
    expect(await ask([2, 'c', `sample/${method}`])).toEqual([[3, 'c', result]]);
  });

  it.each([
    [['sold out', 3], { a: 1 }, 'sold out', { args: [3], kwargs: { a: 1 } }],
    [['sold out'], { a: 1 }, 'sold out', { a: 1 }],
    [['sold out', 3], undefined, 'sold out', 3],
    [['sold out'], undefined, 'sold out', undefined],
    [[3], undefined, '', 3],
    [[], undefined, '', undefined],
  ])('that fails with %j and %j is a CALLERROR of that name', async (args, kwargs, text, details) => {
    const expected = [4, 'c', 'com.example.error.empty', text, ...(details === undefined ? [] : [details])];
    expect(await ask([2, 'c', 'sample/fail', args, kwargs ?? null])).toEqual([expected]);
  });

  it('that is refused says why in the words of the ancestor and ours', async () => {
    const request = expect.stringMatching(/^r-/);
    expect(await ask([2, 'c', 'sample/refuse'])).toEqual([
      [4, 'c', 'sample/refuse', 'not now', { code: 409, error: 'conflict', hint: 'later', request }],
    ]);
    expect(await ask([2, 'c', 'private/echo'], [2, 'd', 'nowhere'])).toMatchObject([
      [4, 'c', 'private/echo', 'only backend may call on private/echo', { code: 403 }],
      [4, 'd', 'nowhere', 'no procedure is named nowhere', { code: 404 }],
    ]);
  });

  it('is expanded by the prefixes of the connection', async () => {
    expect(await ask([1, 's', 'sample/'], [2, 'c', 's:echo', 1])).toEqual([[3, 'c', [[1], {}]]]);
  });

  it('does not hold up what comes after it', async () => {
    expect(await ask([2, 'a', 'sample/endless'], [2, 'b', 'sample/echo'])).toEqual([[3, 'b', [[], {}]]]);
  });

  it('reaches the session that has registered it; parts of the result stay with the router', async () => {
    const callee = new TestCallee(server.connect());
    register(server, callee, 'callee');
    expect(await ask([2, 'c', 'callee', 'x'])).toEqual([]);
    callee.last.progress(values(1));
    callee.last.result(values({ done: true }));
    expect(callee.heard.at(-1)).toEqual(['invoke', 'x']);
    expect(await ask([2, 'd', 'callee'])).toEqual([[3, 'c', { done: true }]]);
    connection.listener?.disconnected({ code: 1000, reason: '', reconnect: false });
    expect(callee.heard.at(-2)).toEqual(['interrupt', 'killnowait', 'wamp.error.canceled']);
  });
});
