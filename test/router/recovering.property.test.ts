import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TopicHandler } from '../../src/core/topic.js';
import { TestServer, testRoute, testUser } from '../../src/testing.js';
import { BroadcastTopic } from '../../topics/broadcast.js';
import { ResumingPeer } from './resuming-peer.js';
import { SlowBroker } from './slow-broker.js';

const ROOM = 'chat/a';
const PEERS = 3;

const commandArbitrary = fc.record({
  kind: fc.constantFrom(
    'publish',
    'publish',
    'publish',
    'subscribe',
    'subscribe',
    'leave',
    'trim',
    'gap',
    'epoch',
  ),
  peer: fc.nat(PEERS - 1),
  /** Things that get on before the next command. */
  steps: fc.nat(4),
});
type Command = typeof commandArbitrary extends fc.Arbitrary<infer C> ? C : never;

class World {
  readonly broker: SlowBroker;
  readonly server: TestServer;
  readonly peers: readonly ResumingPeer[];
  readonly #running: Promise<unknown>[] = [];
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler, replay: number | undefined) {
    this.#scheduler = scheduler;
    this.broker = new SlowBroker((what) => scheduler.schedule(Promise.resolve(), what));
    this.server = new TestServer({
      routes: [testRoute('chat', 'chat/{room}', { history: { size: 100, ttl: undefined }, replay })],
      handlers: { chat: new BroadcastTopic() as TopicHandler },
      broker: this.broker,
      limits: { handlerTimeout: 60_000 },
    });
    this.peers = Array.from(
      { length: PEERS },
      (_, i) => new ResumingPeer(this.server, ROOM, testUser(String(i))),
    );
  }

  async run({ kind, peer: i, steps }: Command): Promise<void> {
    const peer = this.peers[i] as ResumingPeer;
    if (kind === 'publish') this.#begin(this.server.connect(testUser('p')).publish(ROOM, 'x'));
    else if (kind === 'subscribe') {
      if (peer.session === undefined) this.#begin(peer.subscribe());
    } else if (kind === 'leave') this.#begin(peer.leave());
    else if (kind === 'trim') this.broker.trim(ROOM);
    else this.broker.lose(ROOM, kind);
    for (let step = 0; step < steps && this.#scheduler.count() > 0; step++) await this.#scheduler.waitOne();
  }

  /** All that was begun has ended; who is not there comes back. */
  async end(): Promise<void> {
    await this.#settle();
    for (const peer of this.peers) if (peer.session === undefined) this.#begin(peer.subscribe());
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await this.#scheduler.waitIdle();
    await Promise.all(this.#running.splice(0));
  }

  #begin(action: Promise<unknown>): void {
    this.#running.push(action.catch(() => undefined));
  }
}

it.each([undefined, 2])(
  'is told of every gap, and gets nothing twice, in every interleaving (replay: %s)',
  async (replay) => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(commandArbitrary, { maxLength: 30 }),
        async (scheduler, commands) => {
          const world = new World(scheduler, replay);
          for (const command of commands) await world.run(command);
          await world.end();
          const top = world.broker.top(ROOM);
          for (const { faults, session, position } of world.peers) {
            expect(faults).toEqual([]);
            // Who is there in the end has all there is.
            if (session !== undefined && !session.closed) expect(position).toEqual(top);
          }
        },
      ),
      { numRuns: 300 },
    );
  },
);
