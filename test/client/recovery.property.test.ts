import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Sync } from '../../src/client/sync.js';
import { ManualClock } from './kit.js';
import { ModelServer } from './model-server.js';

/** The number that a callback has to be given next; undefined until its subscription has begun. */
interface Life {
  next: number | undefined;
  ended: boolean;
}

interface World {
  readonly server: ModelServer;
  readonly sync: Sync;
  readonly clock: ManualClock;
  life: Life;
  published: number;
}

type Step = (world: World) => void | Promise<void>;

const count = fc.integer({ min: 1, max: 4 });

const publish = count.map((times) => ({ server }: World) => {
  for (let n = 0; n < times; n++) server.publish();
});
const hear = count.map(
  (most) =>
    ({ server }: World) =>
      server.open.at(-1)?.hear(most),
);
const tell = count.map(
  (most) =>
    ({ server }: World) =>
      server.open.at(-1)?.tell(most),
);
const trim = fc.integer({ min: 0, max: 3 }).map(
  (kept) =>
    ({ server }: World) =>
      server.trim(kept),
);
const rewind = count.map(
  (steps) =>
    ({ server }: World) =>
      server.rewind(steps),
);
const send = count.map((times) => (world: World) => {
  for (let n = 0; n < times; n++) world.sync.publish('a', world.published++, { retry: true });
});

const other = fc.constantFrom<Step[]>(
  ({ server }) => server.open.at(-1)?.cut(),
  ({ server }) => server.renew(),
  ({ sync }) => sync.reconnect(),
  ({ clock }) => clock.advance(10_000),
  (world) => again(world, undefined),
  settle,
  settle,
  settle,
  (world) => again(world, world.server.position),
);

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: publish },
    { weight: 4, arbitrary: hear },
    { weight: 4, arbitrary: tell },
    { weight: 2, arbitrary: send },
    { weight: 1, arbitrary: trim },
    { weight: 1, arbitrary: rewind },
    { weight: 4, arbitrary: other },
  ),
  { maxLength: 60, size: 'max' },
);

/** Ends the subscription, and begins it anew in the same breath. */
function again(world: World, since: string | undefined): void {
  world.life.ended = true;
  world.sync.unsubscribe('a');
  begin(world, since);
}

/** Subscribes with a callback that knows what it has to be given. */
function begin(world: World, since?: string): void {
  const { server, sync } = world;
  const life: Life = { next: since === undefined ? undefined : server.numberAt(since) + 1, ended: false };
  let beginning = 0;
  let mayGap = false;
  server.begins = ({ number, isRefused }) => {
    beginning = number + 1;
    // What was asked before may be answered to who begins anew at once.
    mayGap = isRefused || since !== undefined;
    life.next ??= beginning;
  };
  world.life = life;
  const hear = (number: unknown) => {
    const expected = life.next === number ? number : server.from(life.next as number);
    expect({ number, ended: life.ended }).toEqual({ number: expected, ended: false });
    life.next = (number as number) + 1;
  };
  const onGap = () => {
    expect(mayGap).toBe(true);
    life.next = beginning;
  };
  sync.subscribe('a', hear, since === undefined ? { onGap } : { since, onGap });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets everything arrive. */
async function settle({ server, clock, sync }: World): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    clock.advance(60_000);
    await turn();
    const [wire] = server.open.slice(-1);
    const isBusy = wire === undefined || sync.state !== 'open' || wire.said.length + wire.told.length > 0;
    wire?.hear(1_000);
    wire?.tell(1_000);
    quiet = isBusy ? 0 : quiet + 1;
  }
}

it('whatever happens, what a callback is not given was told to be missing, and nothing comes twice or out of order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat({ max: 3 }), async (actions, overlap) => {
      const server = new ModelServer();
      server.overlap = overlap;
      const clock = new ManualClock();
      const errors: unknown[] = [];
      const sync = new Sync({ url: 'ws://model', WebSocket: server.WebSocket, clock, random: () => 0 });
      sync.on('error', (error) => errors.push(error));
      const world: World = { server, sync, clock, life: { next: undefined, ended: false }, published: 0 };
      begin(world);
      for (const action of actions) {
        await action(world);
        await turn();
      }
      await settle(world);
      expect(errors).toEqual([]);
      expect(server.from(world.life.next as number)).toBe(server.count + 1);
      expect(server.accepted).toEqual(Array.from({ length: world.published }, (_, n) => n));
      sync.close();
    }),
    { numRuns: 400 },
  );
});
