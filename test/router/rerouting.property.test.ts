import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Route } from '../../src/core/route.js';
import type { TopicHandler } from '../../src/core/topic.js';
import { type TestPeer, TestServer, testRoute, testUser } from '../../src/testing.js';

/** Who may subscribe and publish by each table; by the last one there is no route. */
const TABLES = [['anyone'], ['red'], ['blue'], undefined] as const;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A server whose handlers answer when they are told to, with two peers of either role. */
class World {
  readonly faults: string[] = [];
  #rules: readonly string[] | undefined = TABLES[0];
  readonly #answers: (() => void)[] = [];
  readonly #underWay: Promise<unknown>[] = [];
  #handler = this.#newHandler();
  readonly #server = new TestServer({
    routes: this.#routes(),
    handlers: { h: this.#handler },
    limits: { handlerTimeout: 60_000 },
  });
  readonly #peers = ['red', 'blue', 'red', 'blue'].map((role, i) => this.#connect(role, String(i)));

  subscribe(who: number): void {
    this.#underWay.push(
      this.#of(who)
        .peer.subscribe('a')
        .catch(() => undefined),
    );
  }

  publish(who: number): void {
    const { peer, role } = this.#of(who);
    const published = peer.publish('a', role).then(
      () => this.#check(role, 'published'),
      () => undefined,
    );
    this.#underWay.push(published);
  }

  swap(table: number, renews: boolean): void {
    this.#rules = TABLES[table];
    if (renews) this.#handler = this.#newHandler();
    this.#server.reroute(this.#routes(), { h: this.#handler });
  }

  answer(): void {
    for (const answer of this.#answers.splice(0)) answer();
  }

  async end(): Promise<void> {
    for (let i = 0; i < 10; i++) {
      this.answer();
      await turn();
    }
    await Promise.all(this.#underWay);
  }

  #of(who: number): { readonly peer: TestPeer; readonly role: string } {
    const found = this.#peers[who];
    if (found === undefined) throw new Error('there are four peers');
    return found;
  }

  #connect(role: string, id: string): { readonly peer: TestPeer; readonly role: string } {
    const peer = this.#server.connect(testUser(id, { roles: [role] }));
    const { connection } = peer;
    const send = connection.send.bind(connection);
    connection.send = (frame) => {
      this.#check(role, 'got something');
      send(frame);
    };
    return { peer, role };
  }

  #check(role: string, what: string): void {
    const isAllowed = this.#rules?.some((rule) => rule === 'anyone' || rule === role) === true;
    if (!isAllowed) this.faults.push(`${role} ${what}`);
  }

  #routes(): Route[] {
    const rules = this.#rules;
    return rules ? [testRoute('a', 'a', { handler: 'h', access: { subscribe: rules, publish: rules } })] : [];
  }

  #newHandler(): TopicHandler {
    const later = () => new Promise<void>((resolve) => void this.#answers.push(resolve));
    return {
      onSubscribe: later,
      async onPublish(_session, topic, _request, { payload }) {
        await later();
        return topic.broadcast(payload);
      },
    };
  }
}

const who = fc.nat(3);
const step = fc.oneof(
  who.map((one) => (world: World) => world.subscribe(one)),
  who.map((one) => (world: World) => world.publish(one)),
  fc.tuple(fc.nat(3), fc.boolean()).map((swap) => (world: World) => world.swap(...swap)),
  fc.constant((world: World) => world.answer()),
);

it('nobody gets or publishes what the table of that moment forbids, however late handlers answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const world = new World();
      for (const act of steps) {
        act(world);
        await turn();
      }
      await world.end();
      expect(world.faults).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
