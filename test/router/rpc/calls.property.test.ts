import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CallReply, Invocation, InvokePolicy, OngoingCall } from '../../../src/core/rpc.js';
import { type TestPeer, TestServer, testRoute } from '../../../src/testing.js';
import { register, TestCallee, values } from './kit.js';

const PEERS = 5;
const PROCEDURES = ['a', 'b', 'local'];
const POLICIES: readonly InvokePolicy[] = ['roundrobin', 'single', 'random', 'first', 'last'];

interface Made {
  readonly caller: TestPeer;
  readonly ongoing: () => OngoingCall | undefined;
  readonly finals: CallReply[];
  readonly afterwards: CallReply[];
}

const peer = fc.nat(PEERS - 1);
const nth = fc.nat(30);
const step = fc.oneof(
  fc.record({
    do: fc.constant('register' as const),
    peer,
    name: fc.constantFrom('a', 'b'),
    invoke: fc.constantFrom(...POLICIES),
    canceling: fc.boolean(),
  }),
  fc.record({ do: fc.constant('unregister' as const), peer, nth }),
  fc.record({
    do: fc.constant('call' as const),
    peer,
    name: fc.constantFrom(...PROCEDURES),
    timeout: fc.constantFrom(0, 100, 3000),
    wantsProgress: fc.boolean(),
    continues: fc.boolean(),
  }),
  fc.record({ do: fc.constant('more' as const), nth, continues: fc.boolean() }),
  fc.record({
    do: fc.constant('cancel' as const),
    nth,
    mode: fc.constantFrom('skip' as const, 'kill' as const, 'killnowait' as const),
  }),
  fc.record({
    do: fc.constant('answer' as const),
    nth,
    how: fc.constantFrom('result', 'progress', 'fail', 'wamp.error.unavailable'),
  }),
  fc.record({ do: fc.constant('leave' as const), peer }),
  fc.record({ do: fc.constant('wait' as const), time: fc.constantFrom(10, 200, 2000) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Peers that call, answer and go, one step at a time. */
class World {
  readonly made: Made[] = [];
  readonly invocations: Invocation[] = [];
  readonly server = new TestServer({
    routes: PROCEDURES.map((name) => testRoute(name, name)),
    handlers: {
      a: {},
      b: {},
      local: {
        onCall: (_s, _r, { signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
      },
    },
    limits: { callTimeout: 5000, handlerTimeout: 1000 },
  });
  readonly #peers = Array.from({ length: PEERS }, () => this.server.connect());

  async take(one: Step): Promise<void> {
    switch (one.do) {
      case 'register':
        return this.#register(one);
      case 'unregister':
        return this.#unregister(one);
      case 'call':
        return this.#call(one);
      case 'more':
        return this.made[one.nth]?.ongoing()?.more(values(one.nth), one.continues);
      case 'cancel':
        return this.made[one.nth]?.ongoing()?.cancel(one.mode);
      case 'answer':
        return this.#answer(one);
      case 'leave':
        await this.#peer(one.peer).leave();
        this.#peers[one.peer] = this.server.connect();
        return;
      case 'wait':
        await vi.advanceTimersByTimeAsync(one.time);
    }
  }

  /** Everybody goes. */
  async end(): Promise<void> {
    for (const one of this.#peers) await one.leave();
  }

  #peer(index: number): TestPeer {
    return this.#peers[index] as TestPeer;
  }

  #register({ peer: index, name, invoke, canceling }: Step & { do: 'register' }): void {
    const callee = new TestCallee(this.#peer(index), { canceling });
    callee.invoke = (invocation) => void this.invocations.push(invocation);
    try {
      register(this.server, callee, name, { invoke });
    } catch {
      // Registered already: one more callee is not the point.
    }
  }

  #unregister({ peer: index, nth: id }: Step & { do: 'unregister' }): void {
    try {
      this.server.procedures.unregister(this.#peer(index).session, id);
    } catch {
      // Not this peer's.
    }
  }

  #call({ peer: index, name: procedure, ...more }: Step & { do: 'call' }): void {
    const caller = this.#peer(index);
    const [finals, afterwards]: [CallReply[], CallReply[]] = [[], []];
    let ongoing: OngoingCall | undefined;
    this.made.push({ caller, ongoing: () => ongoing, finals, afterwards });
    const reply = (given: CallReply) => {
      if (finals.length > 0) afterwards.push(given);
      else if (given.type !== 'progress') finals.push(given);
      if (caller.session.closed) afterwards.push(given);
    };
    ongoing = this.server.procedures.call({
      session: caller.session,
      procedure,
      payload: values(1),
      reply,
      ...more,
    });
  }

  #answer({ nth: index, how }: Step & { do: 'answer' }): void {
    const invocation = this.invocations[index];
    if (how === 'result') invocation?.result(values(1));
    else if (how === 'progress') invocation?.progress(values(1));
    else invocation?.fail({ uri: how, payload: values() });
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('every call gets exactly one final answer unless its caller leaves, and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const world = new World();
      for (const one of steps) {
        await world.take(one);
        expect(world.server.procedures.waiting).toBe(world.server.procedures.pending);
      }
      await vi.advanceTimersByTimeAsync(6000);
      for (const { caller, finals, afterwards } of world.made) {
        expect(finals.length).toBe(caller.session.closed ? finals.length : 1);
        expect(afterwards).toEqual([]);
      }
      expect(world.server.procedures.pending).toBe(0);
      await world.end();
      expect(world.server.procedures.participants).toBe(0);
      expect(world.server.procedures.registrations.size).toBe(0);
      expect(world.server.procedures.waiting).toBe(0);
      await world.server.router.stop();
    }),
    { numRuns: 300 },
  );
}, 60_000);
