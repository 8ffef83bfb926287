import { afterEach, describe, expect, it, vi } from 'vitest';
import { CallError } from '../../../src/core/call-error.js';
import { RouterError } from '../../../src/core/errors.js';
import { Payload } from '../../../src/core/payload.js';
import { Results } from '../../../src/core/results.js';
import type { CallEvent } from '../../../src/core/rpc.js';
import type { TopicHandler, TopicRequest } from '../../../src/core/topic.js';
import { TestServer, testRoute, testUser } from '../../../src/testing.js';
import { call } from './kit.js';

/** As the ancestor's `AcmeRpc`. */
class Sample implements TopicHandler {
  readonly methods = ['add', 'sumAll'];
  readonly #unit = 1;

  add(_session: unknown, _request: TopicRequest, { args }: CallEvent): number {
    return Number(args[0]) + Number(args[1]) * this.#unit;
  }

  sumAll(_session: unknown, { params }: TopicRequest, { kwargs }: CallEvent): unknown {
    return [params['method'], ...Object.values(kwargs)];
  }

  secret(): string {
    return 'secret';
  }

  onCall(): string {
    return 'onCall';
  }
}

type OnCall = NonNullable<TopicHandler['onCall']>;

function serve(onCall: OnCall, limits = {}) {
  const log: unknown[] = [];
  const keep = (...line: unknown[]) => void log.push(line);
  const logger = { debug: keep, info: keep, warn: keep, error: keep };
  const server = new TestServer({
    routes: [testRoute('p', 'p')],
    handlers: { p: { onCall } },
    limits,
    logger,
  });
  return { server, caller: server.connect(), log };
}

afterEach(() => void vi.useRealTimers());

describe('a handler with methods', () => {
  const server = new TestServer({
    routes: [testRoute('sample', 'sample/{method}'), testRoute('plain', 'plain')],
    handlers: { sample: new Sample(), plain: new Sample() },
  });
  const caller = server.connect();

  it.each([
    ['sample/add', 3],
    ['sample.add', 3],
    ['/topic/sample/add', 3],
  ])('is called as %s', async (procedure, result) => {
    expect(await caller.call(procedure, 1, 2)).toBe(result);
  });

  it('is called by the name with underscores for the one with capitals', async () => {
    expect(await caller.call('sample/sum_all')).toEqual(['sum_all']);
    expect(await caller.call('sample/sumAll')).toEqual(['sumAll']);
  });

  it.each([
    'secret',
    'onCall',
    'constructor',
    '__proto__',
    'to_string',
    'toString',
    'methods',
    'hasOwnProperty',
  ])('does not answer %s, which it does not list', async (method) => {
    await expect(caller.call(`sample/${method}`)).rejects.toMatchObject({ code: 'no_such_procedure' });
  });

  it('answers with onCall where the route has no parameter for the method', async () => {
    expect(await caller.call('plain')).toBe('onCall');
  });
});

describe('a procedure of a handler', () => {
  it.each([
    ['nothing', undefined, ['result']],
    ['null', null, ['result', null]],
    ['a list', [1, 2], ['result', [1, 2]]],
    ['several values', new Results([1, 2]), ['result', 1, 2]],
    ['a payload', Payload.of({ a: 1 }), ['result', { a: 1 }]],
  ])('returns %s', (_what, value, expected) => {
    const { server, caller } = serve(() => value);
    expect(call(server, caller, 'p').replies).toEqual([expected]);
    const later = serve(async () => value);
    const ongoing = call(later.server, later.caller, 'p');
    return vi.waitFor(() => expect(ongoing.replies).toEqual([expected]));
  });

  it('refuses with its own error, fails with its own name, and hides any other error in the log', async () => {
    const { caller, log } = serve((_session, _request, { args: [what] }) => {
      if (what === 1) throw new RouterError('conflict', 'no');
      if (what === 2)
        throw new CallError('com.example.error.empty', { args: ['sold out', 3], kwargs: { a: 1 } });
      throw new Error('secret');
    });
    await expect(caller.call('p', 1)).rejects.toMatchObject({ code: 'conflict', message: 'no' });
    await expect(caller.call('p', 2)).rejects.toMatchObject({
      uri: 'com.example.error.empty',
      message: 'sold out',
      args: ['sold out', 3],
      kwargs: { a: 1 },
    });
    await expect(caller.call('p', 3)).rejects.toMatchObject({ code: 'handler_failed' });
    await expect(caller.call('p', 3)).rejects.not.toThrow(/secret/);
    expect(log).toContainEqual([
      expect.objectContaining({ channel: 'p', error: new Error('secret') }),
      'handler failed',
    ]);
  });

  it('sends parts of its result ahead to those who want them, and none after the result', async () => {
    let late: CallEvent | undefined;
    const { server, caller } = serve(async (_session, _request, event) => {
      late = event;
      event.progress(1);
      event.progress(2);
      return 'done';
    });
    const wanting = call(server, caller, 'p', { wantsProgress: true });
    const plain = call(server, caller, 'p');
    await vi.waitFor(() => expect(plain.replies).toHaveLength(1));
    late?.progress(3);
    expect(wanting.replies).toEqual([
      ['progress', 1],
      ['progress', 2],
      ['result', 'done'],
    ]);
    expect(plain.replies).toEqual([['result', 'done']]);
  });

  it.each(['skip', 'killnowait'] as const)(
    'canceled by %s answers at once, and hears of it',
    async (mode) => {
      let signal: AbortSignal | undefined;
      const { server, caller } = serve((_session, _request, event) => {
        signal = event.signal;
        return new Promise(() => undefined);
      });
      const ongoing = call(server, caller, 'p');
      ongoing.cancel(mode);
      ongoing.cancel(mode);
      expect(ongoing.replies).toEqual(['canceled']);
      expect(signal?.aborted).toBe(true);
      expect(server.procedures.pending).toBe(0);
    },
  );

  it('canceled by kill answers what it makes of that', async () => {
    const onCall: OnCall = (_session, _request, { signal, args: [what] }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => (what === 1 ? resolve('half') : reject(signal.reason)));
      });
    const { server, caller } = serve(onCall);
    const [half, none] = [call(server, caller, 'p', { args: [1] }), call(server, caller, 'p')];
    half.cancel('kill');
    none.cancel('kill');
    expect([...half.replies, ...none.replies]).toEqual([]);
    await vi.waitFor(() => expect(half.replies).toEqual([['result', 'half']]));
    await vi.waitFor(() => expect(none.replies).toEqual(['canceled']));
  });

  it('that takes too long is answered for, and its late answer goes nowhere', async () => {
    vi.useFakeTimers();
    const signals: AbortSignal[] = [];
    const { server, caller } = serve(
      (_session, _request, { signal }) => {
        signals.push(signal);
        return new Promise((resolve) => setTimeout(() => resolve('late'), 5000));
      },
      { handlerTimeout: 1000, callTimeout: 3000 },
    );
    const usual = call(server, caller, 'p');
    const patient = call(server, caller, 'p', { timeout: 2000 });
    const endless = call(server, caller, 'p', { timeout: 1e12 });
    const seen = () => [usual, patient, endless].map(({ replies }) => replies.length);
    await vi.advanceTimersByTimeAsync(900);
    expect(seen()).toEqual([0, 0, 0]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen()).toEqual([1, 0, 0]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen()).toEqual([1, 1, 0]);
    await vi.advanceTimersByTimeAsync(7000);
    expect([usual, patient, endless].map(({ replies }) => replies)).toEqual([
      ['timeout'],
      ['timeout'],
      ['timeout'],
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    await server.router.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is told when its caller leaves, and answers nobody', async () => {
    let signal: AbortSignal | undefined;
    const { server, caller } = serve(async (_session, _request, event) => {
      signal = event.signal;
      await new Promise((resolve) => event.signal.addEventListener('abort', resolve));
      return 1;
    });
    const ongoing = call(server, caller, 'p');
    await caller.leave();
    expect(signal?.aborted).toBe(true);
    expect(ongoing.replies).toEqual([]);
    expect(call(server, caller, 'p').replies).toEqual([]);
  });

  it('does not take what it cannot read: arguments in parts, and payloads that are passed through', () => {
    const { server, caller } = serve(() => 1);
    expect(call(server, caller, 'p', { continues: true }).replies).toEqual(['feature_not_supported']);
    const headers = { ppt_scheme: 'mqtt' };
    expect(call(server, caller, 'p', { headers }).replies).toEqual(['feature_not_supported']);
  });

  it('whose result cannot be sent has failed', () => {
    const { server, caller } = serve(() => 1n);
    const replies: unknown[] = [];
    server.procedures.call({
      session: caller.session,
      procedure: 'p',
      payload: Payload.of(null),
      reply: (reply) => {
        if (reply.type === 'result') throw new TypeError('a BigInt');
        replies.push(reply.type === 'refused' && reply.error.code);
      },
    });
    expect(replies).toEqual(['handler_failed']);
  });
});

describe('a call', () => {
  const limited = () =>
    new TestServer({
      routes: [
        testRoute('mine', 'mine/{user_id}', { access: { call: ['owner'] } }),
        testRoute('small', 'small', { limits: { payload: 5 } }),
        testRoute('slow', 'slow'),
        testRoute('none', 'none/{a}', { access: { call: ['user'] } }),
      ],
      handlers: {
        mine: { onCall: () => 'mine' },
        small: { onCall: () => 'small' },
        slow: { onCall: () => new Promise(() => undefined) },
        none: {},
      },
      limits: { calls: 2 },
    });

  it('is allowed or refused by the route before anything is looked for', async () => {
    const server = limited();
    const [five, nobody] = [server.connect(testUser('5')), server.connect()];
    expect(await five.call('mine/5')).toBe('mine');
    await expect(five.call('mine/6')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(nobody.call('none/x')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(five.call('none/x')).rejects.toMatchObject({ code: 'no_such_procedure' });
    await expect(five.call('elsewhere')).rejects.toMatchObject({ code: 'no_such_procedure' });
    await expect(five.call('signalbox.other')).rejects.toMatchObject({ code: 'no_such_procedure' });
    await expect(five.call('a\u0000b')).rejects.toMatchObject({ code: 'invalid_channel' });
  });

  it('carries no more than its route takes', async () => {
    const caller = limited().connect();
    expect(await caller.call('small', 123)).toBe('small');
    await expect(caller.call('small', 123456)).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it('is one of limits.calls that may be under way', () => {
    const server = limited();
    const [caller, other] = [server.connect(), server.connect()];
    const first = call(server, caller, 'slow');
    call(server, caller, 'slow');
    expect(call(server, caller, 'slow').replies).toEqual(['limit_exceeded']);
    expect(call(server, other, 'slow').replies).toEqual([]);
    first.cancel('skip');
    expect(call(server, caller, 'slow').replies).toEqual([]);
  });
});
