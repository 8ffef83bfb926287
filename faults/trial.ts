import { setTimeout as sleep } from 'node:timers/promises';
import { KEY } from '../test/support/server.js';
import { checkInvariants, type Verdict } from './invariants.js';
import type { OpenLink } from './link.js';
import { channelOf, Nodes, type NodesOptions } from './nodes.js';
import { Publisher } from './publisher.js';
import { Random } from './random.js';
import type { Acknowledged } from './records.js';
import type { Scale } from './scenario.js';
import { Subscriber } from './subscriber.js';
import { SSE, WAMP } from './wires.js';

export type LoadOptions = Partial<NodesOptions> & {
  /** The protocols of subscribers, in turn. */
  readonly wires?: readonly OpenLink[];
  /** Milliseconds before a subscriber comes back. */
  readonly delay?: readonly [least: number, most: number];
  /** Octets that each publication carries beside what it says. */
  readonly padding?: number;
};

const PATIENCE_MS = 30_000;
/** What came twice comes a little later. */
const AFTERMATH_MS = 300;

/** One run of a scenario: nodes, publishers and subscribers, what is done to them, and the records. */
export class Trial {
  readonly scale: Scale;
  readonly random: Random;
  /** What was done, by its kind. */
  readonly faults = new Map<string, number>();
  readonly acknowledged: Acknowledged[] = [];
  /** What a scenario has measured beside what all do, by what it is. */
  readonly figures: Record<string, number> = {};
  subscribers: readonly Subscriber[] = [];
  publishers: readonly Publisher[] = [];
  #nodes: Nodes | undefined;
  readonly #owned: { stop(): Promise<void> }[] = [];

  constructor(scale: Scale, seed: number) {
    this.scale = scale;
    this.random = new Random(seed);
  }

  get nodes(): Nodes {
    if (this.#nodes === undefined) throw new Error('the scenario has not started its load');
    return this.#nodes;
  }

  /** What is stopped with the trial. */
  own<T extends { stop(): Promise<void> }>(thing: T): T {
    this.#owned.push(thing);
    return thing;
  }

  /** Starts nodes and subscribers, and publishers when all are subscribed. */
  async load({ wires = [WAMP, SSE], delay = [50, 500], padding, ...nodes }: LoadOptions = {}): Promise<void> {
    const { scale, random } = this;
    this.#nodes = await Nodes.start({ count: scale.nodes, ...nodes });
    const { urls } = this.#nodes;
    this.subscribers = Array.from({ length: scale.subscribers }, (_, i) => {
      const open = wires[i % wires.length] ?? WAMP;
      const channels = [channelOf(i % scale.channels)];
      return new Subscriber({
        ...{ name: `subscriber ${i}`, channels, nodes: () => urls, open, delay },
        random: random.fork(),
      });
    });
    await this.allSubscribed();
    const channels = Array.from({ length: scale.channels }, (_, n) => channelOf(n));
    this.publishers = Array.from({ length: scale.publishers }, (_, i) => {
      const acknowledged = (publication: Acknowledged) => this.acknowledged.push(publication);
      // Each begins with another channel.
      const own = channels.map((_, n) => channels[(n + i) % channels.length] ?? '');
      const to = { channels: own, nodes: () => urls, key: KEY, rate: scale.rate, acknowledged, padding };
      return new Publisher({ name: `publisher ${i}`, ...to });
    });
  }

  /** Counts what was done. */
  fault(kind: string, times = 1): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + times);
  }

  /** What was done is over: from now on it is measured how long it takes until everybody has something new. */
  healed(subscribers: readonly Subscriber[] = this.subscribers): void {
    for (const subscriber of subscribers) subscriber.disrupted();
  }

  async allSubscribed(): Promise<void> {
    await waitFor('everybody to be subscribed', () => this.subscribers.every(({ isComplete }) => isComplete));
  }

  /** Until this many seconds of load are over. */
  async during(act: (seconds: number) => Promise<void>): Promise<void> {
    const start = performance.now();
    const left = () => this.scale.seconds - (performance.now() - start) / 1000;
    while (left() > 0) await act(left());
  }

  /** Publishes no more, and waits until everybody has what there is, or for some time. */
  async settle(): Promise<void> {
    await Promise.all(this.publishers.map((publisher) => publisher.stop()));
    await this.allSubscribed().catch(() => undefined);
    const last = new Map(this.acknowledged.map((publication) => [publication.channel, publication]));
    await waitFor('everybody to have everything', () =>
      this.subscribers.every((subscriber) => hasAll(subscriber, last)),
    ).catch(() => undefined);
    await sleep(AFTERMATH_MS);
  }

  verdict(): Verdict {
    return checkInvariants(
      this.acknowledged,
      this.subscribers.flatMap((subscriber) => subscriber.logs()),
    );
  }

  async stop(): Promise<void> {
    for (const subscriber of this.subscribers) subscriber.stop();
    await Promise.all(this.publishers.map((publisher) => publisher.stop(0)));
    await this.#nodes?.stop();
    await Promise.all(this.#owned.reverse().map((thing) => thing.stop()));
  }
}

function hasAll(subscriber: Subscriber, last: ReadonlyMap<string, Acknowledged>): boolean {
  return subscriber.logs().every(({ channel }) => {
    const [wanted, position] = [last.get(channel), subscriber.positionOn(channel)];
    if (wanted === undefined) return true;
    return position !== undefined && position.epoch === wanted.epoch && position.offset >= wanted.offset;
  });
}

/** Throws where it does not become true in time. */
export async function waitFor(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(10);
  }
}
