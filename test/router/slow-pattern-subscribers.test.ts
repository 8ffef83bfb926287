import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/core/route.js';
import { RouteTable } from '../../src/router/route-table.js';
import { type TestPeer, TestServer, testRoute, testUser } from '../../src/testing.js';

const HANDLERS = {
  h: {
    onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
  },
} satisfies ConstructorParameters<typeof TestServer>[0]['handlers'];

function routes(slow: NonNullable<Route['slow']> = 'conflate'): readonly Route[] {
  return [
    testRoute('prices', 'prices/{n}', { handler: 'h', slow }),
    testRoute('news', 'news/{n}', { handler: 'h' }),
    testRoute('own', 'own/{user_id}', { handler: 'h', slow, access: { subscribe: ['owner'] } }),
  ];
}

const conflated: string[] = [];
const watch = {
  refused: () => undefined,
  conflated: (_session: unknown, channel: string) => void conflated.push(channel),
};

async function setUp() {
  conflated.length = 0;
  const server = new TestServer({ routes: routes(), handlers: HANDLERS, watch });
  const [slow, other] = [server.connect(testUser('5')), server.connect(testUser('5'))];
  for (const peer of [slow, other]) await peer.subscribe('', 'prefix');
  congest(slow);
  const publisher = server.connect();
  const publish = (channel: string, value: unknown) => publisher.publish(channel, value);
  return { server, slow, other, publish };
}

function congest({ connection }: TestPeer) {
  connection.holds = true;
  connection.isCongested = true;
}

function relieve({ connection }: TestPeer) {
  connection.isCongested = false;
  connection.flush();
}

const heard = ({ received }: TestPeer) => received.map(({ channel, payload }) => `${channel} ${payload}`);

describe('a subscriber of a pattern that takes less than its channels bring', () => {
  it('gets the newest of each channel whose route says slow: conflate, and all of the others', async () => {
    const { server, slow, other, publish } = await setUp();
    const published = ['prices/a 1', 'prices/b 1', 'news/a 1', 'prices/a 2', 'news/a 2', 'prices/a 3'];
    for (const one of published) await publish(...(one.split(' ') as [string, string]));
    expect([heard(slow), heard(other)]).toEqual([['news/a 1', 'news/a 2'], published]);
    relieve(slow);
    expect(heard(slow)).toEqual(['news/a 1', 'news/a 2', 'prices/a 3', 'prices/b 1']);
    await publish('prices/a', 4);
    expect(heard(slow).at(-1)).toBe('prices/a 4');
    expect([server.router.stats.conflated, conflated]).toEqual([2, ['prices/a']]);
  });

  it('is sent what was held no faster than it takes it', async () => {
    const { slow, publish } = await setUp();
    for (const n of [1, 2, 3]) await publish(`prices/${n}`, n);
    slow.connection.flush();
    expect(heard(slow)).toEqual(['prices/1 1']);
    await publish('prices/2', 'newer');
    slow.connection.flush();
    expect(heard(slow)).toEqual(['prices/1 1', 'prices/2 newer']);
    relieve(slow);
    expect(heard(slow)).toEqual(['prices/1 1', 'prices/2 newer', 'prices/3 3']);
  });

  it('gets nothing that it may not have any more', async () => {
    const { server, slow, publish } = await setUp();
    await publish('own/5', 1);
    await publish('prices/a', 2);
    server.router.renew(slow.session, testUser('5', { scope: ['prices/*'] }));
    relieve(slow);
    expect(heard(slow)).toEqual(['prices/a 2']);
  });

  it('gets nothing when it has left before', async () => {
    const { slow, publish } = await setUp();
    await publish('prices/a', 1);
    await slow.unsubscribe('', 'prefix');
    relieve(slow);
    expect(heard(slow)).toEqual([]);
  });

  it('misses nothing of what follows where a route does not say so any more', async () => {
    const { server, slow, publish } = await setUp();
    for (const n of [1, 2]) await publish('prices/a', n);
    server.router.rerouting.run(new RouteTable(routes('disconnect')), new Map(Object.entries(HANDLERS)));
    for (const n of [3, 4]) await publish('prices/a', n);
    expect(heard(slow)).toEqual(['prices/a 2', 'prices/a 3', 'prices/a 4']);
    relieve(slow);
    expect(heard(slow)).toHaveLength(3);
  });

  it('has a thousand channels held back at most, and gets all of any more', async () => {
    const { slow, publish } = await setUp();
    for (let n = 0; n < 1000; n++) await publish(`prices/${n}`, n);
    for (const value of ['one', 'two']) await publish('prices/more', value);
    expect(heard(slow)).toEqual(['prices/more one', 'prices/more two']);
    relieve(slow);
    expect(heard(slow)).toHaveLength(1002);
  });
});

const CHANNELS = ['prices/a', 'prices/b', 'news/a', 'own/5'] as const;
const stepArbitrary = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('publish' as const), channel: fc.constantFrom(...CHANNELS) }),
  },
  fc.record({ do: fc.constantFrom('congest' as const, 'relieve' as const, 'flush' as const) }),
);
type Step = typeof stepArbitrary extends fc.Arbitrary<infer S> ? S : never;

/** Has all of it happen, and the subscriber take what it is sent in the end. */
async function happen(steps: readonly Step[]) {
  const { server, slow, other, publish } = await setUp();
  const does = {
    congest: () => congest(slow),
    relieve: () => relieve(slow),
    flush: () => slow.connection.flush(),
  };
  for (const [n, step] of steps.entries()) {
    if (step.do === 'publish') await publish(step.channel, n);
    else does[step.do]();
  }
  relieve(slow);
  return { slow, other, conflated: server.router.stats.conflated };
}

const of = ({ received }: TestPeer, wanted: string) =>
  received.filter(({ channel }) => channel === wanted).map(({ payload }) => payload);

describe('whatever is published while subscribers are slow', () => {
  it('each channel comes in order, none twice, all of it where none may be missed, and the newest always', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 40 }), async (steps) => {
        const { slow, other, conflated } = await happen(steps);
        for (const channel of CHANNELS) {
          const [all, got] = [of(other, channel), of(slow, channel)];
          expect(all.filter((n) => got.includes(n))).toEqual(got);
          expect(got.at(-1)).toBe(all.at(-1));
        }
        expect(of(slow, 'news/a')).toEqual(of(other, 'news/a'));
        expect(conflated).toBe(other.received.length - slow.received.length);
      }),
      { numRuns: 100 },
    );
  });
});
