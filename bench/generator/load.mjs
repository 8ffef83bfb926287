import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicroseconds, processTree } from '../lib/process-tree.mjs';
import { Client } from './client.mjs';
import { Latency, steadily } from './latency.mjs';
import { payloadRest, payloadText } from './payload.mjs';
import { Publisher } from './publisher.mjs';
import { WIRES } from './wires.mjs';

const CONNECTING_AT_ONCE = 64;
const PATIENCE_MS = 30_000;
/** Publications that are under way while some read nothing. */
const STALLED_AT_ONCE = 100;
/** All names have the same length, so that all publications do. */
const FIRST_CHANNEL = 100_000;

/** All connections to one server: its subscribers, who check, and one publisher. */
export class Load {
  #plan;
  #tally;
  #publisher;
  #subscribers = [];
  #stalled = [];
  /** Deliveries that may be under way; 0 while nothing is measured. */
  #cap = 0;
  #due = 0;
  #isFilling = false;

  /** `plan`: wire, port, pid, size, channels, subscribers (of each channel), unheard. */
  constructor(plan) {
    this.#plan = plan;
    this.#tally = {
      ...{ received: 0, reads: 0, lost: 0, reordered: 0, corrupt: 0, failure: undefined },
      rest: payloadRest(plan.size),
      delivered: () => this.#delivered(),
    };
  }

  /** Opens and subscribes every connection. Says what it cost the server. */
  async connect() {
    const { wire: name, size, channels, subscribers, unheard } = this.#plan;
    const wire = WIRES[name](size);
    const separator = name === 'nats' ? '.' : '/';
    const names = Array.from({ length: channels }, (_, i) => `bench${separator}${FIRST_CHANNEL + i}`);
    const voice = await this.#client(wire);
    this.#publisher = new Publisher(voice, {
      wire,
      channels: names,
      payload: payloadText(size),
      unheard: { channel: `bench${separator}${FIRST_CHANNEL - 1}`, each: unheard },
    });
    const started = this.#mark();
    const total = channels * subscribers;
    let opened = 0;
    const openSome = async () => {
      while (opened < total) {
        const channel = opened++ % channels;
        const client = await this.#client(wire);
        wire.subscribe(client, names[channel]);
        this.#subscribers.push({ client, channel });
      }
    };
    await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, openSome));
    return { ...this.#since(started), connections: total };
  }

  /** Publishes until every subscriber has got something, and then all the same: so all subscriptions stand. */
  async greet() {
    const isDeaf = () => this.#subscribers.some(({ client }) => client.next === undefined);
    for (const end = Date.now() + PATIENCE_MS; isDeaf(); await sleep(100)) {
      if (Date.now() > end) throw new Error('some subscribers got nothing');
      this.#publisher.publish(this.#plan.channels);
    }
    await this.#settle();
    this.#due = this.#tally.received;
  }

  /** Keeps up to `cap` deliveries under way for `seconds`, waits for the last one, and says what it cost. */
  async measure({ seconds, cap }) {
    const started = this.#mark();
    this.#cap = cap;
    this.#fill();
    await sleep(seconds * 1000);
    this.#cap = 0;
    await this.#settle();
    return this.#since(started);
  }

  /** Publishes on the one channel there is, `rate` a second, and says how late the deliveries were beside what they cost. */
  async pace({ rate, seconds }) {
    const started = this.#mark();
    const latency = new Latency();
    this.#tally.latency = latency;
    await steadily({ rate, seconds }, (count) => {
      for (let i = 0; i < count; i++) {
        latency.sent(this.#publisher.nextSequence(0));
        this.#publish(1);
      }
    });
    await this.#settle();
    this.#tally.latency = undefined;
    return { ...this.#since(started), ...latency.figures() };
  }

  /** Publishes while the first `count` subscribers read nothing: `publications`, as fast as the others take them. */
  async stall({ count, publications }) {
    this.#stalled = this.#subscribers.splice(0, count).map(({ client }) => client);
    for (const client of this.#stalled) client.stall();
    const readers = this.#subscribers.length;
    for (let left = publications; left > 0; left -= STALLED_AT_ONCE) {
      const some = Math.min(left, STALLED_AT_ONCE);
      this.#due += some * readers;
      this.#publisher.publish(some);
      await this.#settle();
    }
  }

  /** Lets those who stalled read on. Says how many of them have all in the end, and how many were disconnected. */
  async release() {
    const last = this.#publisher.nextSequence(0);
    for (const client of this.#stalled) client.resume();
    const isDone = (client) => client.isClosed || client.next === last;
    for (const end = Date.now() + PATIENCE_MS; !this.#stalled.every(isDone); await sleep(10))
      if (Date.now() > end) break;
    const complete = this.#stalled.filter(({ next }) => next === last).length;
    return { complete, disconnected: this.#stalled.filter(({ isClosed }) => isClosed).length };
  }

  async #client(wire) {
    const client = new Client(wire, this.#tally);
    await client.connect(this.#plan.port);
    return client;
  }

  #delivered() {
    this.#tally.reads++;
    if (this.#isFilling || this.#cap === 0) return;
    this.#isFilling = true;
    setImmediate(() => this.#fill());
  }

  #fill() {
    this.#isFilling = false;
    const room = this.#cap - (this.#due - this.#tally.received);
    const count = Math.floor(room / this.#plan.subscribers);
    if (count < 1) return;
    this.#publish(count);
  }

  #publish(count) {
    this.#due += count * this.#plan.subscribers;
    this.#publisher.publish(count);
  }

  /** Waits until everybody has the last publication of their channel. */
  async #settle() {
    const end = Date.now() + PATIENCE_MS;
    while (!this.#isSettled()) {
      if (this.#tally.failure !== undefined) throw new Error(this.#tally.failure);
      if (Date.now() > end) break;
      await sleep(2);
    }
    if (this.#tally.failure !== undefined) throw new Error(this.#tally.failure);
  }

  #isSettled() {
    if (this.#tally.received < this.#due) return false;
    return this.#missing() === 0;
  }

  #missing() {
    let missing = 0;
    for (const { client, channel } of this.#subscribers) {
      missing += this.#publisher.nextSequence(channel) - (client.next ?? 0);
    }
    return missing;
  }

  #mark() {
    return {
      cpu: cpuMicroseconds(processTree(this.#plan.pid)),
      ownCpu: process.cpuUsage(),
      time: process.hrtime.bigint(),
      published: this.#publisher.published,
      ...this.#tally,
    };
  }

  #since(start) {
    const now = this.#mark();
    const ownCpu = process.cpuUsage(start.ownCpu);
    return {
      cpu: now.cpu - start.cpu,
      generatorCpu: ownCpu.user + ownCpu.system,
      seconds: Number(now.time - start.time) / 1e9,
      publications: now.published - start.published,
      deliveries: now.received - start.received,
      reads: now.reads - start.reads,
      lost: now.lost - start.lost + Math.max(0, this.#due - now.received),
      reordered: now.reordered - start.reordered,
      corrupt: now.corrupt - start.corrupt,
    };
  }
}
