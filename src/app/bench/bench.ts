import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Publisher } from '../../client/node.js';
import { Histogram } from './histogram.js';
import { Subscribers, type SubscribersOptions } from './subscribers.js';

export type BenchKind = 'fan-out' | 'latency' | 'storm';

export interface BenchPlan extends Omit<SubscribersOptions, 'received'> {
  readonly kind: BenchKind;
  readonly publisher: Publisher;
  /** Publications in a second. */
  readonly rate: number;
  readonly seconds: number;
}

/** Times are in milliseconds. */
export interface BenchReport {
  readonly kind: BenchKind;
  readonly connections: number;
  readonly published: number;
  readonly refused: number;
  readonly delivered: number;
  /** Of what was to be delivered. */
  readonly deliveredPercent: number;
  readonly deliveriesPerSecond: number;
  /** From when a publication was due to its delivery; of a storm, from its begin until a peer was subscribed again. */
  readonly latency: Readonly<Record<'p50' | 'p90' | 'p99' | 'max', number>>;
  readonly connectionsLost: number;
  /** Cores that this program has used: near 1 it is itself what is measured. */
  readonly cpu: number;
}

/** How long late deliveries are waited for. */
const LATE = 5000;
/** Publications that wait for their answer; those that are due then are late, and count as such. */
const MOST_UNDER_WAY = 1000;

/** Runs one benchmark. Throws an `Error` where the server does not let it. */
export async function bench(plan: BenchPlan): Promise<BenchReport> {
  const run = new BenchRun(plan);
  try {
    return await run.report();
  } finally {
    run.close();
  }
}

class BenchRun {
  readonly #plan: BenchPlan;
  readonly #latency = new Histogram();
  readonly #subscribers: Subscribers;
  /** Tells its publications from those of others. */
  readonly #name = randomUUID();
  #delivered = 0;
  #published = 0;
  #refused = 0;

  constructor(plan: BenchPlan) {
    this.#plan = plan;
    this.#subscribers = new Subscribers({ ...plan, received: (payload) => this.#received(payload) });
  }

  async report(): Promise<BenchReport> {
    const { kind, publisher, channel } = this.#plan;
    // Nothing is measured where nobody may publish: this one says why.
    if (kind !== 'storm') await publisher.publish(channel, { bench: 'trial' });
    await this.#subscribers.open();
    const begun = performance.now();
    const cpu = process.cpuUsage();
    if (this.#plan.kind === 'storm')
      for (const time of await this.#subscribers.storm()) this.#latency.add(time);
    else await this.#publishAll(begun);
    const elapsed = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    await this.#wait();
    return this.#reportOf(elapsed, (user + system) / 1000 / elapsed);
  }

  close(): void {
    this.#subscribers.close();
  }

  /** Each publication has its time, whether those before it were answered or not: a server that stands still is not spared. */
  async #publishAll(begun: number): Promise<void> {
    const { rate, seconds } = this.#plan;
    const under = new Set<Promise<void>>();
    for (let n = 0; n < rate * seconds; n++) {
      const due = begun + (n * 1000) / rate;
      const ahead = due - performance.now();
      if (ahead > 1) await sleep(ahead);
      if (under.size >= MOST_UNDER_WAY) await Promise.race(under);
      const one = this.#publish(due).finally(() => under.delete(one));
      under.add(one);
    }
    await Promise.all(under);
  }

  async #publish(due: number): Promise<void> {
    const { publisher, channel } = this.#plan;
    try {
      await publisher.publish(channel, { bench: this.#name, due });
      this.#published++;
    } catch {
      this.#refused++;
    }
  }

  #received(payload: unknown): void {
    const { bench, due } = (payload ?? {}) as { bench?: unknown; due?: number };
    if (bench !== this.#name || due === undefined) return;
    this.#delivered++;
    this.#latency.add(performance.now() - due);
  }

  async #wait(): Promise<void> {
    const end = performance.now() + LATE;
    while (this.#delivered < this.#expected && performance.now() < end) await sleep(10);
  }

  get #expected(): number {
    return this.#published * this.#plan.count;
  }

  #reportOf(elapsed: number, cpu: number): BenchReport {
    const latency = this.#latency;
    const rounded = (value: number) => Math.round(value * 100) / 100;
    return {
      kind: this.#plan.kind,
      connections: this.#plan.count,
      published: this.#published,
      refused: this.#refused,
      delivered: this.#delivered,
      deliveredPercent: this.#expected === 0 ? 100 : rounded((100 * this.#delivered) / this.#expected),
      deliveriesPerSecond: Math.round((this.#delivered * 1000) / elapsed),
      latency: {
        p50: rounded(latency.percentile(50)),
        p90: rounded(latency.percentile(90)),
        p99: rounded(latency.percentile(99)),
        max: rounded(latency.max),
      },
      connectionsLost: this.#subscribers.lost,
      cpu: rounded(cpu),
    };
  }
}
