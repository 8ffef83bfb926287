import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopicHandler } from '../../../src/core/topic.js';
import { testBackend, testRoute, testUser } from '../../../src/testing.js';
import { type Client, ROLES, ROUTES, World } from './world.js';

const runs = Number(process.env['PROPERTY_RUNS'] ?? 150);
const PEERS = 3;

/** Types of requests by the type of their answers. */
const ANSWERS: Readonly<Record<number, number>> = { 17: 16, 33: 32, 35: 34, 65: 64, 67: 66 };

type Message = readonly unknown[];
type Step =
  | { readonly peer: number; readonly do: 'send'; readonly message: Message }
  | { readonly peer: number; readonly do: 'raw'; readonly text: string }
  | { readonly peer: number; readonly do: 'drop' | 'kill' | 'rights' | 'wait' };

const request = fc.integer({ min: 0, max: 9 });
const topic = fc.constantFrom(
  'chat.a',
  'chat/a',
  'slow.a',
  'news.a',
  'mail.5',
  'no.where',
  'a..b',
  'signalbox.session',
);
const procedure = fc.constantFrom(
  'math.a',
  'math.b',
  'handled.now',
  'handled.later',
  'handled.parts',
  'no.where',
);
const meta = fc.constantFrom(
  'wamp.session.list',
  'wamp.session.add_testament',
  'wamp.subscription.list',
  'signalbox.renew',
);
const match = fc.constantFrom('exact', 'prefix', 'wildcard');
/** Ids of subscriptions, registrations and invocations are small numbers. */
const number = fc.integer({ min: 0, max: 12 });
const args = fc.constantFrom([], [1], ['chat.a', ['bye'], {}]);
const flag = fc.boolean();

const record = (values: Record<string, fc.Arbitrary<unknown>>) => fc.record(values, { requiredKeys: [] });

const requests = fc.oneof(
  fc.tuple(fc.constant(32), request, record({ match, get_retained: flag }), topic),
  fc.tuple(fc.constant(34), request, number),
  fc.tuple(
    fc.constant(16),
    request,
    record({ acknowledge: flag, exclude_me: flag, retain: flag, disclose_me: flag }),
    topic,
    args,
  ),
  fc.tuple(
    fc.constant(48),
    request,
    record({ progress: flag, receive_progress: flag, timeout: fc.constant(50) }),
    fc.oneof(procedure, meta),
    args,
  ),
  fc.tuple(fc.constant(49), request, record({ mode: fc.constantFrom('skip', 'kill', 'killnowait') })),
  fc.tuple(
    fc.constant(64),
    request,
    record({ match, invoke: fc.constantFrom('single', 'roundrobin', 'first') }),
    fc.oneof(procedure, fc.constant('math')),
  ),
  fc.tuple(fc.constant(66), request, number),
  fc.tuple(fc.constant(70), number, record({ progress: flag }), args),
  fc.tuple(
    fc.constant(8),
    fc.constant(68),
    number,
    fc.constant({}),
    fc.constantFrom('a.b', 'wamp.error.unavailable'),
  ),
);
const disorder = fc.constantFrom<Message>(
  [1, 'realm1', { roles: ROLES }],
  [6, {}, 'wamp.close.normal'],
  [3, {}, 'x'],
  [5, 'x', {}],
  [99],
  [49, 1, { mode: 'x' }],
  [32, 'x', {}, 'chat.a'],
);
const peer = fc.nat(PEERS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ peer, do: fc.constant('send' as const), message: requests }) },
  { weight: 3, arbitrary: fc.record({ peer, do: fc.constant('wait' as const) }) },
  { weight: 1, arbitrary: fc.record({ peer, do: fc.constant('send' as const), message: disorder }) },
  {
    weight: 1,
    arbitrary: fc.record({ peer, do: fc.constantFrom('drop' as const, 'kill' as const, 'rights' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ peer, do: fc.constant('raw' as const), text: fc.string({ maxLength: 20 }) }),
  },
);

const handled: TopicHandler = {
  onCall(_session, { params }, call) {
    if (params['name'] === 'parts') call.progress(1);
    if (params['name'] === 'now') return 1;
    return new Promise((resolve) => setImmediate(resolve, 2));
  },
};

/** Watches what one peer is told, and fails at anything that a peer of WAMP could not make sense of. */
class Witness {
  readonly client: Client;
  /** By type and id: how many requests have had no answer yet. */
  readonly #open = new Map<string, number>();
  readonly #subscriptions = new Set<unknown>();
  readonly #unsubscribing = new Map<number, unknown[]>();
  #hasSession = false;
  #isOver = false;

  constructor(client: Client) {
    this.client = client;
  }

  get isOver(): boolean {
    return this.#isOver || this.client.connection.ended !== undefined;
  }

  send(message: Message): void {
    const [type, id] = message as [number, number];
    if (type === 16 || type === 32 || type === 34 || type === 48 || type === 64 || type === 66) {
      this.#count(type, id, 1);
      if (type === 34) this.#unsubscribing.set(id, [...(this.#unsubscribing.get(id) ?? []), message[2]]);
    }
    this.client.send(message);
  }

  async hear(): Promise<void> {
    for (const message of await this.client.news()) this.#hear(message);
  }

  #hear(message: Message): void {
    const [type, first, second] = message as [number, number, number];
    expect(this.#isOver, `after the end: ${JSON.stringify(message)}`).toBe(false);
    if (type === 2) this.#welcomed();
    else if (type === 3) this.#isOver = true;
    else if (type === 6) this.#parted();
    else if (type === 36) expect(this.#subscriptions, JSON.stringify(message)).toContain(first);
    else if (type === 8) this.#refused(first, second);
    else if (type === 50) {
      if ((message[2] as { progress?: boolean }).progress !== true) this.#answered(48, first);
    } else if (type === 35 && first === 0 && typeof second === 'object') {
      this.#subscriptions.delete((second as { subscription: number }).subscription);
    } else if (ANSWERS[type] !== undefined) this.#settled(type, first, second);
  }

  #welcomed(): void {
    expect(this.#hasSession).toBe(false);
    this.#hasSession = true;
    this.#open.clear();
    this.#subscriptions.clear();
    this.#unsubscribing.clear();
  }

  #parted(): void {
    this.#hasSession = false;
    this.#subscriptions.clear();
  }

  #settled(type: number, request: number, id: number): void {
    this.#answered(ANSWERS[type] ?? 0, request);
    if (type === 33) this.#subscriptions.add(id);
    if (type === 35) this.#subscriptions.delete(this.#unsubscribing.get(request)?.shift());
  }

  #refused(type: number, request: number): void {
    this.#answered(type, request);
    if (type === 34) this.#unsubscribing.get(request)?.shift();
  }

  #answered(type: number, id: number): void {
    this.#count(type, id, -1);
    expect(this.#open.get(`${type} ${id}`), `answers to ${type} ${id}`).toBeGreaterThanOrEqual(0);
  }

  #count(type: number, id: number, change: number): void {
    const key = `${type} ${id}`;
    this.#open.set(key, (this.#open.get(key) ?? 0) + change);
  }
}

function take(world: World, witness: Witness, one: Step): void {
  const { client } = witness;
  if (one.do === 'send') witness.send(one.message);
  else if (one.do === 'raw') client.sendRaw(one.text);
  else if (one.do === 'drop') client.drop();
  else if (one.do === 'kill') world.server.router.disconnect({ session: String(client.id) }, KILLED);
  else if (one.do === 'rights') world.server.router.setRights('5', { roles: [], organizations: [] });
}

const KILLED = { code: 4003, reason: 'killed', reconnect: true };

async function converse(steps: readonly Step[]): Promise<void> {
  const routes = [...ROUTES, testRoute('handled', 'handled/{name}')];
  const world = new World({ routes, handlers: { handled }, meta: ['anyone'] });
  const principals = [testUser('5', { roles: ['staff'] }), testUser('6'), testBackend()];
  const witnesses: Witness[] = [];
  for (const principal of principals) {
    const witness = new Witness(world.connect(principal));
    witness.send([1, 'realm1', { roles: ROLES }]);
    await witness.hear();
    witnesses.push(witness);
  }
  for (const one of steps) {
    const witness = witnesses[one.peer];
    if (witness === undefined || witness.isOver) continue;
    take(world, witness, one);
    if (one.do === 'wait') for (const each of witnesses) await each.hear();
  }
  for (const witness of witnesses) await witness.hear();
  for (const { client } of witnesses) client.drop();
  for (const { client } of witnesses) await client.news();
  const { router, procedures } = world.server;
  expect([router.sessions.size, router.topics.size, [...router.groups()].length]).toEqual([0, 0, 0]);
  expect([procedures.participants, procedures.pending, procedures.registrations.size]).toEqual([0, 0, 0]);
  expect(procedures.waiting).toBe(0);
}

describe('WAMP v2 peers that say anything in any order', () => {
  it('are answered at most once, hear of their subscriptions alone, and leave nothing behind', async () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 60 });
    await fc.assert(fc.asyncProperty(steps, converse), { numRuns: runs });
  }, 120_000);
});
