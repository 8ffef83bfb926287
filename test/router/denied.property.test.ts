import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DISCONNECT, RouterError } from '../../src/core/errors.js';
import type { Publication } from '../../src/core/publication.js';
import type { Access } from '../../src/core/route.js';
import { ANONYMOUS, type Principal } from '../../src/core/session.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { type TestPeer, TestServer, testBackend, testRoute, testUser } from '../../src/testing.js';

/** Rules, and what they mean, written down a second time. `0` and `7` are what the channel says. */
const RULES: Readonly<Record<string, (who: Principal, user: string, org: string) => boolean>> = {
  anyone: () => true,
  user: ({ kind }) => kind === 'user',
  backend: ({ kind }) => kind === 'backend',
  staff: ({ roles }) => roles.includes('staff'),
  owner: (who, user, org) =>
    who.kind === 'user' &&
    who.id === user &&
    user !== '0' &&
    (org === '*' || who.organizations.includes(org)),
  '"staff" in user.roles && owner': (who, user, org) =>
    who.roles.includes('staff') && (RULES['owner']?.(who, user, org) ?? false),
  'user.kind == "user" && user.id != params.user_id': ({ kind, id }, user) => kind === 'user' && id !== user,
  'params.organization_id in user.organizations': ({ organizations }, _user, org) =>
    organizations.includes(org),
  'user.claims.nothing == 1': () => false,
};
const NAMES = Object.keys(RULES);
const USERS = ['0', '5', '6'];
const ORGANIZATIONS = ['7', '*'];

const rules = fc.subarray(NAMES, { minLength: 1, maxLength: 3 });
const lists = fc.record({
  roles: fc.subarray(['staff', 'editor']),
  organizations: fc.subarray(['7', '8']),
});
const principal: fc.Arbitrary<Principal> = fc.oneof(
  fc.constant(ANONYMOUS),
  fc.constant(testBackend('5')),
  fc.tuple(fc.constantFrom(...USERS), lists).map(([id, more]) => testUser(id, more)),
);
const channel = fc.tuple(fc.nat(2), fc.constantFrom('0', '5', '5', '5'), fc.constantFrom(...ORGANIZATIONS));

type Channel = readonly [number, string, string];

type Step =
  | {
      readonly do: 'subscribe' | 'publish' | 'unsubscribe' | 'read';
      readonly peer: number;
      readonly at: Channel;
    }
  | { readonly do: 'pattern'; readonly peer: number; readonly pattern: Pattern; readonly read: boolean }
  | { readonly do: 'answer'; readonly as: 'yes' | 'no' | 'mistake' }
  | {
      readonly do: 'rights';
      readonly user: string;
      readonly rights: Pick<Principal, 'roles' | 'organizations'>;
    }
  | {
      readonly do: 'renew';
      readonly peer: number;
      readonly rights: Pick<Principal, 'roles' | 'organizations'>;
    }
  | { readonly do: 'disconnect'; readonly user: string };

type Pattern = readonly ['prefix' | 'wildcard', string];

const PATTERNS: readonly Pattern[] = [
  ['prefix', ''],
  ['prefix', 'r0.'],
  ['prefix', 'r2/5'],
  ['wildcard', '.5.'],
  ['wildcard', 'r1//7'],
];
const peer = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({ do: fc.constantFrom('subscribe', 'publish' as const), peer, at: channel }),
  },
  fc.record({ do: fc.constantFrom('unsubscribe', 'read' as const), peer, at: channel }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pattern' as const),
      peer,
      pattern: fc.constantFrom(...PATTERNS),
      read: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('answer' as const), as: fc.constantFrom('yes', 'no', 'mistake') }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('rights' as const),
      user: fc.constantFrom(...USERS),
      rights: lists,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('renew' as const), peer, rights: lists }) },
  fc.record({ do: fc.constant('disconnect' as const), user: fc.constantFrom(...USERS) }),
) as fc.Arbitrary<Step>;

/** Answers of a handler that come when the test says so. */
class Slow implements TopicHandler {
  readonly #waiting: { yes(): void; no(error: Error): void }[] = [];

  onSubscribe(): Promise<void> {
    return new Promise((yes, no) => void this.#waiting.push({ yes, no }));
  }

  onPublish: Required<TopicHandler>['onPublish'] = (_session, topic, _request, { payload }) =>
    topic.broadcast(payload, { retain: true });

  answer(as: 'yes' | 'no' | 'mistake'): void {
    const next = this.#waiting.shift();
    if (as === 'yes') next?.yes();
    else next?.no(as === 'no' ? new RouterError('forbidden', 'the handler says no') : new Error('a mistake'));
  }
}

const quick: TopicHandler = {
  onPublish: (_session, topic, _request, { payload }) => topic.broadcast(payload, { retain: true }),
};

class World {
  readonly slow = new Slow();
  readonly server: TestServer;
  readonly peers: readonly TestPeer[];
  readonly #access: readonly Access[];
  /** Publications read of what is kept. */
  reads = 0;
  #count = 0;

  constructor(access: readonly Access[], principals: readonly Principal[]) {
    this.#access = access;
    const handlers: Record<string, TopicHandler> = {
      r0: quick,
      r1: this.slow,
      r2: { ...quick, access: { subscribe: ['user'] } },
    };
    this.server = new TestServer({
      routes: access.map((one, i) =>
        testRoute(`r${i}`, `r${i}/{user_id}/{organization_id}`, {
          access: one,
          history: { size: 3, ttl: undefined },
        }),
      ),
      handlers,
      limits: { handlerTimeout: 20 },
    });
    this.peers = principals.map((one) => this.server.connect(one));
  }

  allowed(operation: 'subscribe' | 'publish' | 'history', who: Principal, [r, user, org]: Channel): boolean {
    const holds = (names: readonly string[]) => names.some((name) => RULES[name]?.(who, user, org));
    const demanded = r === 2 && operation === 'subscribe' ? ['user'] : ['anyone'];
    return holds(this.#access[r]?.[operation] ?? []) && holds(demanded);
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'answer') this.slow.answer(step.as);
    else if (step.do === 'rights') this.server.router.setRights(step.user, step.rights);
    else if (step.do === 'disconnect')
      this.server.router.disconnect({ user: step.user }, DISCONNECT.withdrawn);
    else if (step.do === 'renew') this.#renew(this.peers[step.peer], step.rights);
    else if (step.do === 'pattern') await this.#pattern(step);
    else await this.#request(step);
    // What was let go on by a step has gone on before the next.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #renew(peer: TestPeer | undefined, rights: Pick<Principal, 'roles' | 'organizations'>): void {
    if (peer?.session.principal.kind !== 'user' || peer.session.closed) return;
    this.server.router.renew(peer.session, { ...peer.session.principal, ...rights });
  }

  /** Subscribes to a pattern, or reads what is kept of its channels. */
  async #pattern({
    peer: index,
    pattern: [match, text],
    read,
  }: Extract<Step, { do: 'pattern' }>): Promise<void> {
    const peer = this.peers[index];
    if (peer === undefined || peer.session.closed) return;
    if (!read) return peer.subscribe(text, match);
    const past = await peer.history(text, {}, match);
    const retained = await peer.retained(text, match);
    this.#checkRead(peer, 'history', past);
    this.#checkRead(peer, 'subscribe', retained);
  }

  async #read(peer: TestPeer, name: string): Promise<void> {
    const past = await peer.history(name).catch(() => []);
    this.#checkRead(peer, 'history', past);
    this.#checkRead(peer, 'subscribe', await peer.retained(name));
  }

  #checkRead(peer: TestPeer, operation: 'history' | 'subscribe', found: readonly Publication[]): void {
    for (const { channel: name } of found) {
      const [route = '', user = '', org = ''] = name.split('/');
      const at: Channel = [Number(route.slice(1)), user, org];
      const { principal } = peer.session;
      expect(this.allowed(operation, principal, at), `${operation} by ${JSON.stringify(principal)}`).toBe(
        true,
      );
      // The slow handler has to have agreed, and it is asked for its own channels alone.
      if (at[0] === 1) expect(this.isLetIn(peer, name)).toBe(true);
      this.reads++;
    }
  }

  /** Whether the handler has agreed to any session of the user; back ends are not asked about. */
  isLetIn(peer: TestPeer, name: string): boolean {
    const { kind, id = '' } = peer.session.principal;
    if (kind === 'backend' || this.agreed(peer, name)) return true;
    return kind === 'user' && (this.server.router.topics.get(name)?.sessionsOf(id).length ?? 0) > 0;
  }

  /** Whether a session is subscribed to a channel itself. */
  agreed(peer: TestPeer, name: string): boolean {
    return this.server.router.topics.get(name)?.has(peer.session) === true;
  }

  async #request({ do: operation, peer: index, at }: Extract<Step, { at: Channel }>): Promise<void> {
    const peer = this.peers[index];
    const name = `r${at.join('/')}`;
    if (peer === undefined) return;
    if (operation === 'unsubscribe') return peer.unsubscribe(name);
    if (operation === 'read') return this.#read(peer, name);
    if (operation === 'subscribe') {
      const joining = peer.subscribe(name).catch(() => undefined);
      if (at[0] !== 1) await joining;
      return;
    }
    const before = this.peers.map(({ received }) => received.length);
    const payload = ++this.#count;
    const done = await peer.publish(name, payload).catch(() => 'refused' as const);
    if (done !== 'refused') {
      expect(
        this.allowed('publish', peer.session.principal, at),
        `publish by ${JSON.stringify(peer.session.principal)}`,
      ).toBe(true);
    }
    for (const [i, other] of this.peers.entries()) {
      const heard = other.received.slice(before[i]);
      if (heard.length > 0) this.#checkHeard(other, at, { heard, expected: { channel: name, payload } });
    }
  }

  /** Once for each way in which it is subscribed, and by patterns never what the slow handler guards. */
  #checkHeard(
    peer: TestPeer,
    at: Channel,
    { heard, expected }: { heard: readonly unknown[]; expected: TestPeer['received'][number] },
  ): void {
    const { principal, closed } = peer.session;
    for (const one of heard) expect(one).toEqual(expected);
    expect(closed).toBe(false);
    expect(this.allowed('subscribe', principal, at), `heard by ${JSON.stringify(principal)}`).toBe(true);
    if (at[0] !== 1) return;
    expect(heard).toHaveLength(1);
    expect(this.agreed(peer, expected.channel)).toBe(true);
  }
}

describe('whatever the routes, principals and operations', () => {
  const everywhere = fc
    .record({ subscribe: rules, publish: rules, history: rules })
    .map((one): Access => ({ ...one, presence: [], call: [], register: [] }));

  it('no message reaches a session whose access denies it, also when handlers fail or rights change in flight', async () => {
    let heard = 0;
    let ended = 0;
    let reads = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(everywhere, everywhere, everywhere),
        fc.array(principal, { minLength: 5, maxLength: 5 }),
        fc.array(step, { minLength: 50, maxLength: 100, size: 'max' }),
        async (access, principals, steps) => {
          const world = new World(access, principals);
          for (const one of steps) await world.run(one);
          reads += world.reads;
          for (const { received, ended: lost } of world.peers) {
            heard += received.length;
            ended += lost.length;
          }
        },
      ),
      { numRuns: 300 },
    );
    // The worlds are not so strict that there is nothing to see.
    expect(heard).toBeGreaterThan(100);
    expect(ended).toBeGreaterThan(10);
    expect(reads).toBeGreaterThan(100);
  });
});
