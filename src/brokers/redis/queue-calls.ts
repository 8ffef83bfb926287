import type { QueueFigures, QueuePolicy } from '../../core/queue.js';
import type { RoomLimits } from '../queues/room.js';
import type { Argument, Reply } from './connection.js';
import type { RedisLink } from './link.js';
import { BURY, DELETE, DONE, ENQUEUE, EXPIRE, GIVE_BACK, HELD, LIST, TAKE } from './queue-scripts.js';
import type { Script } from './script.js';

/** A message as Redis gives it out. */
export interface Taken {
  readonly channel: string;
  readonly number: number;
  /** Times that it had been given out before. */
  readonly attempts: number;
  readonly frame: Buffer;
  /** Only of what has expired. */
  readonly policy?: string;
}

/** Messages that are given back at once. */
const BATCH = 256;

/** What may be asked of the queues in Redis. Everything throws as the link does. */
export class QueueCalls {
  readonly #link: RedisLink;
  readonly #keys: readonly string[];
  readonly #base: string;
  #figures: QueueFigures = { queues: 0, messages: 0, unacknowledged: 0 };

  constructor(link: RedisLink) {
    const { names } = link;
    this.#link = link;
    this.#base = names.of('q', '');
    this.#keys = [names.of('queues', ''), names.of('queued', ''), names.of('perishable', '')];
    link.prepare(ENQUEUE, TAKE, DONE, GIVE_BACK, EXPIRE, HELD, BURY, DELETE, LIST);
  }

  /** Of all nodes, as they were when Redis answered last. */
  get figures(): QueueFigures {
    return this.#figures;
  }

  /** The channel of Redis on which is published that messages wait. */
  callOf(channel: string): string {
    return `${this.#base}c:${channel}`;
  }

  /** Resolves to what there is no room in: `queue`, `messages`, `octets` or `peers`. */
  async enqueue(
    { channel, expires }: { readonly channel: string; readonly expires?: number | undefined },
    frame: Buffer,
    { policy, limits, part }: { policy: QueuePolicy; limits: RoomLimits; part: number },
  ): Promise<string | undefined> {
    const { queueMessages, queueSize } = limits;
    const ofPeers = policy.ofPeers === true ? [queueMessages * part, queueSize * part].map(String) : ['', ''];
    const args = [channel, frame, JSON.stringify(policy), expires === undefined ? '' : String(expires)];
    const most = [finite(policy.size), String(queueMessages), String(queueSize), ...ofPeers];
    const reply = await this.#ask(ENQUEUE, [...args, ...most]);
    return Array.isArray(reply) ? this.#count(reply) : String(reply);
  }

  async take(channel: string, lease: string, most: number): Promise<readonly Taken[]> {
    const taken = this.#counted(await this.#ask(TAKE, [channel, lease, String(most)]));
    return inGroups(taken, 3).map(([number, attempts, frame]) => ({
      channel,
      number: Number(number),
      attempts: Number(attempts),
      frame: frame as Buffer,
    }));
  }

  async done(channel: string, lease: string, number: number): Promise<void> {
    this.#count(await this.#ask(DONE, [channel, lease, String(number)]));
  }

  /** Without `attempts` nobody has seen it this time. */
  async giveBack(channel: string, lease: string, number: number, attempts?: number): Promise<void> {
    const times = attempts === undefined ? '' : String(attempts);
    this.#count(await this.#ask(GIVE_BACK, [channel, lease, String(number), times]));
  }

  async expire(lease: string, now: number, most: number): Promise<readonly Taken[]> {
    const taken = this.#counted(await this.#ask(EXPIRE, [lease, String(now), String(most)]));
    return inGroups(taken, 5).map(([number, attempts, channel, frame, policy]) => ({
      channel: String(channel),
      number: Number(number),
      attempts: Number(attempts),
      frame: frame as Buffer,
      policy: String(policy),
    }));
  }

  /** Number and channel of each message that a lease holds. */
  async held(lease: string): Promise<readonly (readonly [number, string])[]> {
    const reply = await this.#ask(HELD, [lease]);
    return (Array.isArray(reply) ? reply : []).map((member) => {
      const [number = ''] = String(member).split(' ', 1);
      return [Number(number), String(member).slice(number.length + 1)] as const;
    });
  }

  /** All that a lease holds waits again. */
  async bury(lease: string): Promise<void> {
    let count: Reply = BATCH;
    while (count === BATCH) count = await this.#ask(BURY, [lease, String(BATCH)]);
  }

  /** Some hundreds of those that hold messages; all, where there are no more. */
  async list(): Promise<readonly { channel: string; messages: number; unacknowledged: number }[]> {
    const reply = await this.#ask(LIST, []);
    return inGroups(Array.isArray(reply) ? reply : [], 3).map(([channel, messages, unacknowledged]) => ({
      channel: String(channel),
      messages: Number(messages),
      unacknowledged: Number(unacknowledged),
    }));
  }

  async delete(channel: string): Promise<void> {
    this.#count(await this.#ask(DELETE, [channel]));
  }

  #ask(script: Script, args: readonly Argument[]): Promise<Reply> {
    const verb = this.#link.names.partitions > 1 ? 'SPUBLISH' : 'PUBLISH';
    return this.#link.run(script, this.#keys, [this.#base, verb, ...args]);
  }

  #counted(reply: Reply): readonly Reply[] {
    if (!Array.isArray(reply)) return [];
    const [totals, found] = reply as readonly Reply[];
    this.#count(totals ?? null);
    return Array.isArray(found) ? found : [];
  }

  #count(totals: Reply): undefined {
    if (!Array.isArray(totals)) return;
    const [queues = 0, messages = 0, unacknowledged = 0] = totals.map(Number);
    this.#figures = { queues, messages, unacknowledged };
  }
}

/** A bound that there may not be. */
function finite(bound: number): string {
  return String(Number.isFinite(bound) ? bound : Number.MAX_SAFE_INTEGER);
}

function inGroups(values: readonly Reply[], size: number): readonly (readonly Reply[])[] {
  return Array.from({ length: Math.floor(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
}
