import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DISCONNECT } from '../../../src/core/errors.js';
import { testRoute, testUser } from '../../../src/testing.js';
import { EventStreamReader } from '../../support/event-stream.js';
import { type FakeStream, Streams } from './streams.js';

const CHANNELS = ['news/1', 'news/2', 'plain/1'];
const KEPT = ['news/1', 'news/2'];
const USERS = ['a', 'b'];
const QUERY = CHANNELS.map((channel) => `channel=${channel}`).join('&');

interface Message {
  readonly channel: string;
  readonly payload: number;
}

type Step =
  | { readonly type: 'publish'; readonly channel: string; readonly without: readonly string[] }
  | { readonly type: 'lose'; readonly user: string; readonly events: number }
  | { readonly type: 'return'; readonly user: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('publish' as const),
      channel: fc.constantFrom(...CHANNELS),
      without: fc.subarray(USERS, { maxLength: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('lose' as const),
      user: fc.constantFrom(...USERS),
      events: fc.nat({ max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('return' as const), user: fc.constantFrom(...USERS) }),
  },
);

/** A browser: it remembers what it has read, and the id of that, whatever was on its way when the connection was lost. */
class Browser {
  readonly got: Message[] = [];
  stream: FakeStream | undefined;
  lastEventId = '';

  /** Loses the connection, and the last so many events with it. */
  lose(events: number): void {
    const { stream } = this;
    if (stream === undefined) return;
    const reader = new EventStreamReader();
    const kept = Math.max(1, stream.frames.length - events);
    for (const { bytes } of stream.frames.slice(0, kept)) reader.read(bytes);
    this.got.push(...(reader.messages as Message[]));
    this.lastEventId = reader.lastEventId;
    this.stream = undefined;
    stream.drop(DISCONNECT.lost);
  }
}

/** Two browsers, and what each is due. */
class World {
  readonly #streams: Streams;
  readonly #browsers = new Map(USERS.map((user) => [user, new Browser()]));
  readonly #due = new Map(USERS.map((user) => [user, [] as Message[]]));
  #published = 0;

  constructor() {
    const history = { size: 1000, ttl: undefined };
    const routes = [testRoute('news', 'news/{id}', { history }), testRoute('plain', 'plain/{id}')];
    this.#streams = new Streams({ routes });
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const user of USERS) await this.#come(user);
    for (const one of steps) {
      if (one.type === 'lose') this.#browsers.get(one.user)?.lose(one.events);
      else if (one.type === 'return') await this.#come(one.user);
      else await this.#publish(one.channel, one.without);
    }
    for (const user of USERS) await this.#come(user);
  }

  expectAll(): void {
    for (const [user, browser] of this.#browsers) {
      browser.lose(0);
      for (const channel of KEPT) {
        const of = (messages: readonly Message[] = []) => messages.filter((one) => one.channel === channel);
        expect(of(browser.got), `${user} on ${channel}`).toEqual(of(this.#due.get(user)));
      }
    }
  }

  async #come(user: string): Promise<void> {
    const browser = this.#browsers.get(user) as Browser;
    const { lastEventId } = browser;
    browser.stream ??= await this.#streams.open(QUERY, { lastEventId, principal: testUser(user) });
  }

  async #publish(channel: string, without: readonly string[]): Promise<void> {
    const payload = ++this.#published;
    await this.#streams.publish(channel, payload, { excludeUsers: without });
    for (const [user, due] of this.#due) if (!without.includes(user)) due.push({ channel, payload });
  }
}

it('whoever loses streams at any moment gets all that was for it, in order, and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const world = new World();
      await world.run(steps);
      world.expectAll();
    }),
    { numRuns: 100 },
  );
}, 120_000);

it('whatever is asked for begins or is refused, and is never a fault', async () => {
  const streams = new Streams();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('channel', 'since', 'ticket', 'x'), fc.string({ unit: 'binary' })), {
        maxLength: 30,
      }),
      fc.option(fc.string(), { nil: undefined }),
      async (params, lastEventId) => {
        const query = new URLSearchParams(params).toString();
        const stream = await streams.open(query, lastEventId === undefined ? {} : { lastEventId });
        const { code } = stream.refusal?.why ?? {};
        expect([undefined, 'bad_request', 'no_such_route', 'invalid_channel', 'forbidden']).toContain(code);
        stream.drop(DISCONNECT.lost);
      },
    ),
    { numRuns: 200 },
  );
}, 120_000);
