import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RouterError } from '../../src/core/errors.js';
import type { Session } from '../../src/core/session.js';
import type { Topic, TopicHandler } from '../../src/core/topic.js';
import { TestServer, testRoute, testUser } from '../../src/testing.js';

const ROOMS = ['room/0', 'room/1', 'room/2'];
const PEERS = 4;

const commandArbitrary = fc.record({
  kind: fc.constantFrom('subscribe', 'subscribe', 'unsubscribe', 'publish', 'publish', 'leave'),
  peer: fc.nat(PEERS - 1),
  room: fc.constantFrom(...ROOMS),
  /** What the handler says to a subscribe. */
  answer: fc.constantFrom('agree', 'agree', 'agree', 'refuse', 'fail'),
  /** Whether something that waits gets on before the next command. */
  step: fc.boolean(),
});
type Command = typeof commandArbitrary extends fc.Arbitrary<infer C> ? C : never;

/** A handler that takes its time, and what it was asked. */
class SlowRoom implements TopicHandler {
  readonly agreed = new Set<string>();
  readonly farewells = new Map<string, number>();
  readonly answers: string[] = [];
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  async onSubscribe(session: Session, topic: Topic): Promise<void> {
    const answer = this.answers.shift();
    await this.#scheduler.schedule(Promise.resolve(), 'thinking');
    if (answer === 'refuse') throw new RouterError('forbidden', 'no');
    if (answer === 'fail') throw new Error('broken');
    this.agreed.add(`${session.principal.id} ${topic.channel}`);
  }

  async onUnsubscribe(session: Session, topic: Topic): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), 'farewell');
    const key = `${session.principal.id} ${topic.channel}`;
    this.farewells.set(key, (this.farewells.get(key) ?? 0) + 1);
  }

  onPublish: NonNullable<TopicHandler['onPublish']> = (_session, topic, _request, { payload }) =>
    topic.broadcast(payload);
}

/** The router beside a model of what it promised. */
class World {
  readonly room: SlowRoom;
  readonly server: TestServer;
  readonly peers;
  readonly faults: string[] = [];
  readonly joins = new Map<string, number>();
  readonly running: Promise<unknown>[] = [];
  /** Peers in a room, or on their way in. */
  readonly #wanted = new Set<string>();
  readonly #joined = new Set<string>();
  readonly #gone = new Set<number>();

  constructor(scheduler: fc.Scheduler) {
    this.room = new SlowRoom(scheduler);
    this.server = new TestServer({
      routes: [testRoute('room', 'room/{n}')],
      handlers: { room: this.room },
      limits: { handlerTimeout: 60_000 },
    });
    this.peers = Array.from({ length: PEERS }, (_value, i) => this.server.connect(testUser(String(i))));
  }

  async run({ kind, peer, room, answer }: Command): Promise<void> {
    if (kind === 'publish') await this.#publish(room);
    else if (this.#gone.has(peer)) return;
    else if (kind === 'subscribe') this.#subscribe(peer, room, answer);
    else if (kind === 'unsubscribe') this.#unsubscribe(peer, room);
    else this.#leave(peer);
  }

  #subscribe(i: number, room: string, answer: string): void {
    const key = `${i} ${room}`;
    if (this.#wanted.has(key)) return;
    this.#wanted.add(key);
    this.room.answers.push(answer);
    const joined = () => {
      this.#joined.add(key);
      this.joins.set(key, (this.joins.get(key) ?? 0) + 1);
    };
    this.running.push(
      (this.peers[i]?.subscribe(room) ?? Promise.reject()).then(joined, () => this.#wanted.delete(key)),
    );
  }

  #unsubscribe(i: number, room: string): void {
    const key = `${i} ${room}`;
    if (!this.#joined.delete(key)) return;
    this.#wanted.delete(key);
    this.running.push(this.peers[i]?.unsubscribe(room) ?? Promise.reject());
  }

  #leave(i: number): void {
    this.#gone.add(i);
    this.running.push(this.peers[i]?.leave() ?? Promise.reject());
  }

  async #publish(room: string): Promise<void> {
    const before = this.peers.map(({ received }) => received.length);
    await this.server.connect().publish(room, 'x');
    for (const [i, { received }] of this.peers.entries())
      this.#judge(i, room, received.length - (before[i] ?? 0));
  }

  #judge(i: number, room: string, heard: number): void {
    const key = `${i} ${room}`;
    const may = this.#wanted.has(key) && this.room.agreed.has(key) && !this.#gone.has(i);
    const must = this.#joined.has(key) && !this.#gone.has(i);
    if (heard > 1) this.faults.push(`${key} heard it twice`);
    if (heard > 0 && !may) this.faults.push(`${key} heard what it must not`);
    if (heard === 0 && must) this.faults.push(`${key} missed it`);
  }
}

/**
 * Any interleaving of peers and slow handlers: nobody receives what was not agreed to, or after leaving; each join is
 * followed by exactly one farewell; nothing is left behind.
 */
it('keeps the promises about membership in every interleaving', async () => {
  let joins = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(commandArbitrary, { maxLength: 40 }),
      async (scheduler, commands) => {
        const world = new World(scheduler);
        for (const command of commands) {
          await world.run(command);
          if (command.step && scheduler.count() > 0) await scheduler.waitOne();
        }
        await scheduler.waitFor(Promise.all(world.running));
        await scheduler.waitFor(Promise.all(world.peers.map((peer) => peer.leave())));
        expect(world.faults).toEqual([]);
        expect(Object.fromEntries(world.room.farewells)).toEqual(Object.fromEntries(world.joins));
        expect(world.server.router.topics.size).toBe(0);
        joins += world.joins.size;
      },
    ),
    { numRuns: 1000 },
  );
  expect(joins).toBeGreaterThan(500);
});
