import type { Position } from '../src/core/position.js';
import type { Link, OpenLink } from './link.js';
import type { Random } from './random.js';
import type { Mark, Seen, SubscriberLog } from './records.js';

/** What publishers send. */
export interface Message extends Mark {
  /** When, by the clock of the records. */
  readonly sent: number;
  readonly padding?: string;
}

export interface SubscriberOptions {
  readonly name: string;
  readonly channels: readonly string[];
  /** Addresses of nodes that may be tried, the next one after each failure. */
  readonly nodes: () => readonly string[];
  readonly open: OpenLink;
  readonly random: Random;
  /** Milliseconds before it comes back, at least and at most. */
  readonly delay: readonly [least: number, most: number];
}

/** A client that comes back by itself, names its position, and writes down what it is told. */
export class Subscriber {
  readonly name: string;
  /** Milliseconds from the end of each fault until something came that was sent after it. */
  readonly recoveries: number[] = [];
  #latencies: number[] = [];
  /** Why connections ended, and how often. */
  readonly endings = new Map<string, number>();
  connects = 0;
  /** Channels that it is subscribed to at this moment. */
  subscribed = 0;
  /** When it was subscribed to all of them last. */
  complete = 0;
  readonly #options: SubscriberOptions;
  readonly #seen = new Map<string, Seen[]>();
  readonly #positions = new Map<string, Position>();
  /** The end of a fault, for each channel of which nothing has come since. */
  readonly #faults = new Map<string, number>();
  #link: Link | undefined;
  #node: number;
  #timer: NodeJS.Timeout | undefined;
  #isCut = false;
  #isStopped = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.name = options.name;
    this.#node = options.random.below(1024);
    for (const channel of options.channels) this.#seen.set(channel, []);
    this.#connect();
  }

  get isComplete(): boolean {
    return this.subscribed === this.#seen.size;
  }

  /** The address of the node that it is connected to, or tries. */
  get node(): string {
    const nodes = this.#options.nodes();
    return nodes[this.#node % nodes.length] ?? '';
  }

  logs(): readonly SubscriberLog[] {
    return [...this.#seen].map(([channel, seen]) => ({ subscriber: this.name, channel, seen }));
  }

  positionOn(channel: string): Position | undefined {
    return this.#positions.get(channel);
  }

  /** Milliseconds from the first attempt to publish to the arrival, of all that came since this was asked last. */
  takeLatencies(): readonly number[] {
    const taken = this.#latencies;
    this.#latencies = [];
    return taken;
  }

  /** From now on it is measured how long it takes until all channels go on. */
  disrupted(): void {
    for (const channel of this.#seen.keys()) this.#faults.set(channel, performance.now());
  }

  /** Loses its network for so long: both sides are told at once, or the server hears nothing of it. */
  cut(how: 'reset' | 'silence', milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#isCut = true;
    if (how === 'silence') this.#link?.freeze();
    else this.#lose('cut');
    this.#timer = setTimeout(() => {
      this.#isCut = false;
      this.#lose('cut');
      this.disrupted();
      this.#connect();
    }, milliseconds);
  }

  /** Reads nothing until it is thawed, and then goes on as if nothing had been. */
  freeze(): void {
    this.#link?.freeze();
  }

  thaw(): void {
    this.disrupted();
    this.#link?.thaw();
  }

  /** Goes without a word, and comes back after so long. */
  bounce(milliseconds: number): void {
    this.#lose('bounced');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.disrupted();
      this.#connect();
    }, milliseconds);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#link?.destroy();
  }

  #connect(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.connects++;
    const link = this.#options.open(this.node, {
      opened: () => {
        for (const channel of this.#seen.keys()) link.subscribe(channel, this.#positions.get(channel));
      },
      began: (channel, start) => this.#began(channel, start),
      received: (channel, position, payload) => this.#received(channel, position, payload as Message),
      ended: (why) => {
        this.#ended(why);
        this.#node++;
        if (this.#isCut) return;
        const { random, delay } = this.#options;
        this.#later(random.between(...delay));
      },
    });
    this.#link = link;
  }

  #began(channel: string, start: { position: Position; recovered: boolean | undefined }): void {
    this.#note(channel, { type: 'began', ...start, at: performance.now() });
    if (start.recovered !== true) this.#positions.set(channel, start.position);
    if (++this.subscribed === this.#seen.size) this.complete = performance.now();
  }

  #received(channel: string, position: Position, { publisher, sequence, sent }: Message): void {
    const now = performance.now();
    this.#note(channel, { type: 'event', position, publisher, sequence, at: now });
    const known = this.#positions.get(channel);
    if (known === undefined || known.epoch !== position.epoch || known.offset < position.offset)
      this.#positions.set(channel, position);
    this.#latencies.push(now - sent);
    const fault = this.#faults.get(channel);
    if (fault === undefined || sent < fault) return;
    this.#faults.delete(channel);
    this.recoveries.push(now - fault);
  }

  #note(channel: string, entry: Seen): void {
    this.#seen.get(channel)?.push(entry);
  }

  #lose(why: string): void {
    this.#link?.destroy();
    if (this.#link !== undefined) this.#ended(why);
  }

  #ended(why: string): void {
    this.#link = undefined;
    this.subscribed = 0;
    this.endings.set(why, (this.endings.get(why) ?? 0) + 1);
  }

  #later(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), milliseconds);
  }
}
