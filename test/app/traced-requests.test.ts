import { describe, expect, it } from 'vitest';
import { CallError } from '../../src/core/call-error.js';
import { RouterError } from '../../src/core/errors.js';
import { Payload } from '../../src/core/payload.js';
import type { Subscriber } from '../../src/core/router.js';
import type { CallReply } from '../../src/core/rpc.js';
import type { TopicHandler } from '../../src/core/topic.js';
import type { Tracer } from '../../src/core/tracer.js';
import { type TestPeer, TestServer, testBackend, testRoute, testUser } from '../../src/testing.js';
import { register, TestCallee } from '../router/rpc/kit.js';
import { GIVEN, SPAN, SpanRecorder, TRACE, tracing, UNSAMPLED } from '../support/traces.js';

const recorder = new SpanRecorder();

const HANDLERS: Readonly<Record<string, TopicHandler>> = {
  room: {
    onSubscribe(session, topic) {
      if (session.principal.kind === 'anonymous') throw new RouterError('forbidden', 'not you');
      void topic.broadcast('somebody comes');
    },
  },
  plain: {},
  sum: { onCall: (_session, _request, { args }) => Number(args[0]) + Number(args[1]) },
  slow: { onCall: () => new Promise((resolve) => setTimeout(() => resolve(1), 1)) },
  stuck: { onCall: () => new Promise(() => undefined) },
  broken: {
    onCall: () => {
      throw new Error('the password is 1234');
    },
  },
  picky: {
    onCall: () => {
      throw new CallError('com.example.private', { args: ['secret'] });
    },
  },
  theirs: {},
};

const routes = Object.keys(HANDLERS).map((name) => testRoute(name, `${name}/{id}`, { handler: name }));

function started(tracer: Tracer): TestServer {
  return new TestServer({ routes, handlers: HANDLERS, tracer });
}

function subscriber({ session }: TestPeer, channel: string, trace?: string): Subscriber {
  const encode = () => {
    throw new Error('nothing is published');
  };
  return { session, channel, trace, wireKey: 'test', encode, ended: () => undefined };
}

/** Calls, and resolves to the type of the answer. */
function call(server: TestServer, { session }: TestPeer, procedure: string, trace?: string): Promise<string> {
  const payload = Payload.ofArguments({ list: [1, 2] });
  return new Promise((resolve) => {
    const reply = ({ type }: CallReply) => resolve(type);
    server.procedures.call({ session, procedure, payload, trace, reply });
  });
}

/** A session that answers `theirs/1` when the test says so. */
function theirs(server: TestServer): TestCallee {
  const callee = new TestCallee(server.connect(testUser('callee')));
  register(server, callee, 'theirs/1');
  return callee;
}

const outcomes = (name: string) =>
  recorder
    .named(name)
    .map(({ name: full, status, attributes }) => [full, status.code, attributes['error.type'] ?? '']);

describe('a subscribe that is traced', () => {
  it('is followed to its handler, and so is what that publishes', async () => {
    const peer = started(tracing()).connect(testUser('5'));
    await peer.subscribe('room/1');
    expect(recorder.tree).toEqual([
      'broker room < handler',
      'deliver room < handler',
      'handler < subscribe room',
      'subscribe room < -',
    ]);
    expect(recorder.named('subscribe')[0]).toMatchObject({
      attributes: {
        'messaging.system': 'signalbox',
        'messaging.operation.type': 'receive',
        'messaging.operation.name': 'subscribe',
        'messaging.destination.name': 'room/{id}',
        'signalbox.route': 'room',
        'signalbox.protocol': 'test',
        'signalbox.principal.kind': 'user',
      },
    });
  });

  it('names no handler where there is none to ask, and no route where it is to a pattern', async () => {
    const peer = started(tracing()).connect(testUser('5'));
    await peer.subscribe('plain/1');
    await peer.subscribe('plain', 'prefix');
    expect(recorder.tree).toEqual(['subscribe < -', 'subscribe plain < -']);
    const [, pattern] = recorder.named('subscribe');
    expect(pattern?.attributes).toMatchObject({ 'signalbox.match': 'prefix' });
  });

  it('ends with the code of its refusal', async () => {
    const peer = started(tracing()).connect();
    await expect(peer.subscribe('room/1')).rejects.toThrow();
    await expect(peer.subscribe('nowhere')).rejects.toThrow();
    expect(outcomes('subscribe')).toEqual([
      ['subscribe room', 2, 'forbidden'],
      ['subscribe', 2, 'no_such_route'],
    ]);
  });

  it('is of the trace of a back end that names one, and linked to that of anybody else', async () => {
    const { router, connect } = bound(started(tracing({ sample: 0 })));
    await router.subscribe(subscriber(connect(testBackend()), 'plain/1', UNSAMPLED));
    await router.subscribe(subscriber(connect(testUser('5')), 'plain/1', GIVEN));
    expect(recorder.spans).toEqual([]);
    await router.subscribe(subscriber(connect(testBackend()), 'plain/1', GIVEN));
    expect(recorder.spans[0]?.spanContext().traceId).toBe(TRACE);
    expect(recorder.spans[0]?.parentSpanContext?.spanId).toBe(SPAN);

    recorder.reset();
    const other = bound(started(tracing()));
    await other.router.subscribe(subscriber(other.connect(testUser('5')), 'plain/1', GIVEN));
    expect(recorder.spans[0]?.links.map(({ context }) => context.traceId)).toEqual([TRACE]);
    expect(recorder.spans[0]?.spanContext().traceId).not.toBe(TRACE);
  });

  it('is one of so many, however much is published meanwhile', async () => {
    const peer = started(tracing({ sample: 0.25 })).connect(testUser('5'));
    for (let i = 0; i < 20; i++) {
      await peer.subscribe(`plain/${i}`);
      for (let n = 0; n < 3; n++) await peer.publish('plain/0', n).catch(() => undefined);
    }
    expect(recorder.named('subscribe')).toHaveLength(5);
  });
});

describe('a call that is traced', () => {
  it('is followed to the handler that answers it, at once or later', async () => {
    const peer = started(tracing()).connect(testUser('5'));
    expect(await peer.call('sum/1', 1, 2)).toBe(3);
    await peer.call('slow/1');
    expect(recorder.tree).toEqual([
      'call slow < -',
      'call sum < -',
      'handler < call slow',
      'handler < call sum',
    ]);
    expect(recorder.named('call sum')[0]?.attributes).toMatchObject({
      'rpc.system': 'signalbox',
      'rpc.method': 'sum',
      'signalbox.route': 'sum',
      'signalbox.principal.kind': 'user',
    });
    expect(outcomes('call').map(([, status]) => status)).toEqual([0, 0]);
  });

  it('is that of WAMP where a session answers, until it has answered', async () => {
    const server = started(tracing());
    const callee = theirs(server);
    const answer = call(server, server.connect(testUser('5')), 'theirs/1');
    expect(recorder.spans).toEqual([]);
    callee.last.progress(Payload.of(1));
    expect(recorder.spans).toEqual([]);
    callee.last.result(Payload.of(2));
    expect(await answer).toBe('result');
    expect(recorder.tree).toEqual(['call theirs < -', 'invoke theirs < call theirs']);
    for (const { attributes } of recorder.spans)
      expect(attributes).toMatchObject({ 'rpc.system': 'wamp', 'rpc.method': 'theirs' });
  });

  it('asks each session that passes it on, and the one that answers', async () => {
    const server = started(tracing());
    const [one, two] = ['1', '2'].map((id) => new TestCallee(server.connect(testUser(id))));
    for (const callee of [one, two]) register(server, callee as TestCallee, 'theirs/1', { invoke: 'first' });
    const answer = call(server, server.connect(testUser('5')), 'theirs/1');
    one?.last.fail({ uri: 'wamp.error.unavailable', payload: Payload.ofArguments({ list: [] }) });
    two?.last.fail({ uri: 'com.example.private', payload: Payload.ofArguments({ list: ['secret'] }) });
    expect(await answer).toBe('failed');
    expect(outcomes('invoke')).toEqual([
      ['invoke theirs', 2, 'no_available_callee'],
      ['invoke theirs', 2, 'handler_failed'],
    ]);
    expect(recorder.tree.filter((line) => line === 'invoke theirs < call theirs')).toHaveLength(2);
  });

  it('ends with the code of a refusal, and with nothing of what else went wrong', async () => {
    const server = started(tracing());
    const peer = server.connect(testUser('5'));
    for (const procedure of ['nowhere', 'theirs/1', 'broken/1', 'picky/1'])
      await expect(peer.call(procedure)).rejects.toThrow();
    expect(outcomes('call')).toEqual([
      ['call', 2, 'no_such_procedure'],
      ['call theirs', 2, 'no_such_procedure'],
      ['call broken', 2, 'handler_failed'],
      ['call picky', 2, 'handler_failed'],
    ]);
    const told = JSON.stringify(
      recorder.spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    );
    expect(told).not.toMatch(/1234|private|secret/);
  });

  it('ends when its caller or its callee has gone, once', async () => {
    const server = started(tracing());
    const callers = ['1', '2'].map((id) => server.connect(testUser(id)));
    const callee = theirs(server);
    const [one, two] = callers;
    if (one === undefined || two === undefined) throw new Error('there are two');
    void call(server, one, 'stuck/1');
    void call(server, one, 'theirs/1');
    const lost = call(server, two, 'theirs/1');
    expect(outcomes('call')).toEqual([]);
    server.procedures.leave(one.session);
    await one.leave();
    expect(outcomes('call')).toEqual([
      ['call stuck', 2, 'canceled'],
      ['call theirs', 2, 'canceled'],
    ]);
    server.procedures.leave(callee.session);
    expect(await lost).toBe('refused');
    expect(outcomes('call')).toHaveLength(3);
    expect(outcomes('invoke')).toEqual([
      ['invoke theirs', 2, 'canceled'],
      ['invoke theirs', 2, 'canceled'],
    ]);
  });

  it('of a procedure of the server itself has its name', async () => {
    const peer = started(tracing()).connect(testUser('5'));
    await peer.call('signalbox.identity');
    expect(recorder.named('call')[0]).toMatchObject({
      name: 'call signalbox.identity',
      attributes: { 'rpc.method': 'signalbox.identity' },
    });
  });

  it('is of the trace of a back end that names one', async () => {
    const server = started(tracing({ sample: 0 }));
    await call(server, server.connect(testUser('5')), 'sum/1', GIVEN);
    await call(server, server.connect(testBackend()), 'sum/1', UNSAMPLED);
    expect(recorder.spans).toEqual([]);
    await call(server, server.connect(testBackend()), 'sum/1', GIVEN);
    expect(recorder.named('call')[0]?.parentSpanContext?.spanId).toBe(SPAN);
  });
});

function bound(server: TestServer) {
  return { router: server.router, connect: server.connect.bind(server) };
}
