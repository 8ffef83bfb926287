import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Publisher } from '../../client/node.js';
import { Histogram } from './histogram.js';
import { type Subscriber, Subscribers, type SubscribersOptions } from './subscribers.js';

export type BenchKind = 'fan-out' | 'latency' | 'storm';

export interface BenchPlan extends Omit<SubscribersOptions, 'received'> {
  readonly kind: BenchKind;
  readonly publisher: Publisher;
  /** Seconds of processor time that the server has used; undefined where it does not tell. */
  serverCpu(): Promise<number | undefined>;
  /** Publications in a second; of a storm while it lasts, and 0 for none. */
  readonly rate: number;
  readonly seconds: number;
}

/** Times are in milliseconds. */
export interface BenchReport {
  readonly kind: BenchKind;
  readonly connections: number;
  readonly published: number;
  readonly refused: number;
  /** Why the first was refused. */
  readonly refusal?: string;
  readonly delivered: number;
  /** Deliveries of what the subscriber had already got. */
  readonly duplicates: number;
  /** Of what was to be delivered. */
  readonly deliveredPercent: number;
  readonly deliveriesPerSecond: number;
  /** From when a publication was due to its delivery; of a storm, from its begin until a peer was subscribed again. */
  readonly latency: Readonly<Record<'p50' | 'p90' | 'p99' | 'max', number>>;
  readonly connectionsLost: number;
  /** Of a storm: subscribers that were told that they had missed nothing. */
  readonly recovered: number;
  /** Likewise those that were told that they had missed something. */
  readonly gaps: number;
  /** Deliveries that did not come. */
  readonly lost: number;
  /** Of those, what subscribers missed that were told that they had missed nothing. */
  readonly lostSilently: number;
  /** Cores that this program has used: near 1 it is itself what is measured. */
  readonly cpu: number;
  /** Cores that the node has used which answered; left out where it does not tell. */
  readonly serverCpu?: number;
}

/** How long late deliveries are waited for. */
const LATE = 5000;
/** Milliseconds after which nothing comes any more. */
const QUIET = 500;
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
  #duplicates = 0;
  #published = 0;
  #refused = 0;
  #refusal: string | undefined;
  #isOver = false;
  #heardAt = 0;

  constructor(plan: BenchPlan) {
    this.#plan = plan;
    this.#subscribers = new Subscribers({ ...plan, received: (payload, by) => this.#received(payload, by) });
  }

  async report(): Promise<BenchReport> {
    const { kind, publisher, channel, rate, serverCpu } = this.#plan;
    // Nothing is measured where nobody may publish: this one says why.
    if (rate > 0) await publisher.publish(channel, { bench: 'trial' });
    await this.#subscribers.open();
    const before = await serverCpu();
    const begun = performance.now();
    const cpu = process.cpuUsage();
    await (kind === 'storm' ? this.#storm(begun) : this.#publishAll(begun));
    const elapsed = performance.now() - begun;
    await this.#wait();
    // Late deliveries cost both something, too; waiting for what does not come costs nobody anything.
    const over = Math.max(elapsed, this.#heardAt - begun);
    const { user, system } = process.cpuUsage(cpu);
    const after = await serverCpu();
    const used = before === undefined || after === undefined ? undefined : (after - before) * 1000;
    return this.#reportOf(over, {
      cpu: (user + system) / 1000 / over,
      ...(used !== undefined && { serverCpu: used / over }),
    });
  }

  close(): void {
    this.#subscribers.close();
  }

  /** It is published meanwhile, so that there is something to recover. */
  async #storm(begun: number): Promise<void> {
    const published = this.#plan.rate > 0 ? this.#publishAll(begun) : undefined;
    try {
      for (const time of await this.#subscribers.storm()) this.#latency.add(time);
    } finally {
      this.#isOver = true;
      await published;
    }
  }

  /** Each publication has its time, whether those before it were answered or not: a server that stands still is not spared. */
  async #publishAll(begun: number): Promise<void> {
    const { rate, seconds } = this.#plan;
    const under = new Set<Promise<void>>();
    for (let n = 0; n < rate * seconds && !this.#isOver; n++) {
      const due = begun + (n * 1000) / rate;
      const ahead = due - performance.now();
      if (ahead > 1) await sleep(ahead);
      if (under.size >= MOST_UNDER_WAY) await Promise.race(under);
      const one = this.#publish(n, due).finally(() => under.delete(one));
      under.add(one);
    }
    await Promise.all(under);
  }

  async #publish(n: number, due: number): Promise<void> {
    const { publisher, channel } = this.#plan;
    try {
      await publisher.publish(channel, { bench: this.#name, n, due });
      this.#published++;
    } catch (error) {
      this.#refused++;
      this.#refusal ??= (error as Error).message;
    }
  }

  #received(payload: unknown, { seen }: Subscriber): void {
    const { bench, n = 0, due } = (payload ?? {}) as { bench?: unknown; n?: number; due?: number };
    if (bench !== this.#name || due === undefined) return;
    this.#heardAt = performance.now();
    if (!seen.add(n)) {
      this.#duplicates++;
      return;
    }
    this.#delivered++;
    if (this.#plan.kind !== 'storm') this.#latency.add(performance.now() - due);
  }

  async #wait(): Promise<void> {
    const end = performance.now() + LATE;
    while (!this.#isComplete && performance.now() < end) await sleep(10);
  }

  /** What nobody promised after a storm is not waited for, once nothing comes any more. */
  get #isComplete(): boolean {
    if (this.#delivered >= this.#expected) return true;
    const isQuiet = performance.now() - this.#heardAt > QUIET;
    return this.#plan.kind === 'storm' && isQuiet && this.#missed(hasRecovered) === 0;
  }

  get #expected(): number {
    return this.#published * this.#plan.count;
  }

  /** What those have missed that match. */
  #missed(matches: (subscriber: Subscriber) => boolean): number {
    const missing = ({ seen }: Subscriber) => Math.max(0, this.#published - seen.size);
    return this.#subscribers.all.filter(matches).reduce((sum, one) => sum + missing(one), 0);
  }

  #reportOf(elapsed: number, { cpu, serverCpu }: Pick<BenchReport, 'cpu' | 'serverCpu'>): BenchReport {
    const latency = this.#latency;
    const rounded = (value: number) => Math.round(value * 100) / 100;
    return {
      kind: this.#plan.kind,
      connections: this.#plan.count,
      published: this.#published,
      refused: this.#refused,
      ...(this.#refusal !== undefined && { refusal: this.#refusal }),
      delivered: this.#delivered,
      duplicates: this.#duplicates,
      deliveredPercent: this.#expected === 0 ? 100 : rounded((100 * this.#delivered) / this.#expected),
      deliveriesPerSecond: Math.round((this.#delivered * 1000) / elapsed),
      latency: {
        p50: rounded(latency.percentile(50)),
        p90: rounded(latency.percentile(90)),
        p99: rounded(latency.percentile(99)),
        max: rounded(latency.max),
      },
      connectionsLost: this.#subscribers.lost,
      recovered: this.#subscribers.all.filter(hasRecovered).length,
      gaps: this.#subscribers.all.filter(({ hasGap }) => hasGap).length,
      lost: this.#missed(() => true),
      lostSilently: this.#missed(hasRecovered),
      cpu: rounded(cpu),
      ...(serverCpu !== undefined && { serverCpu: rounded(serverCpu) }),
    };
  }
}

/** Whether it was told that it has missed nothing, and nothing else. */
function hasRecovered({ hasRecovered: isTold, hasGap }: Subscriber): boolean {
  return isTold && !hasGap;
}
