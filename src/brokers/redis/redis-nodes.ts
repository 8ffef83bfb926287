import type { NodeState } from '../../core/cluster.js';
import { every } from '../../core/interval.js';
import type { Logger } from '../../core/logger.js';
import { randomId } from '../../core/session.js';
import type { Reply } from './connection.js';
import type { RedisLink } from './link.js';
import { BEAT, BURIED, CLAIM, LEAVE } from './node-scripts.js';

/** What has things in Redis that are gone with the node: who is present, messages that consumers hold. */
export interface LeaseHolder {
  /** This node was taken for dead, and what it had under the old lease with it. It is alive, under another one. */
  renewed(before: string): void;
  /** Takes away what a node that has died had. Throws where that has to be tried again. */
  bury(lease: string): Promise<void>;
  /** Redis has taken a sign of life. */
  beaten(): void;
}

export interface NodeTimes {
  /** Milliseconds between two signs of life. */
  readonly beat: number;
  /** Milliseconds without one after which a node is dead. */
  readonly lifetime: number;
}

export interface RedisNodesParts {
  readonly link: RedisLink;
  readonly logger: Logger;
  readonly times?: NodeTimes | undefined;
}

const TIMES: NodeTimes = { beat: 3000, lifetime: 7000 };

/** What others may do to bury a node before somebody else tries, in lifetimes. */
const PATIENCE = 5;

/** A node as the list of them has it. */
export interface ListedNode {
  readonly lease: string;
  readonly isAlive: boolean;
  /** Milliseconds since its last sign of life. */
  readonly silence: number;
  readonly state: string;
}

/**
 * The nodes on one Redis. Each gives a sign of life now and then, and what it has there is under a lease that lasts as long as it
 * does: nothing is renewed for a single session or message. Who is silent for too long is buried by one of the others.
 */
export class RedisNodes {
  /** This node. */
  readonly id = randomId().slice(0, 16);
  readonly #parts: RedisNodesParts;
  readonly #times: NodeTimes;
  readonly #nodes: string;
  readonly #graves: string;
  readonly #holders: LeaseHolder[] = [];
  #state: () => Omit<NodeState, 'id'> = () => NOTHING;
  #life = 1;
  #listed: readonly ListedNode[] = [];
  #beaten: () => void = () => undefined;
  #stop: (() => void) | undefined;

  constructor(parts: RedisNodesParts) {
    const { link, times = TIMES } = parts;
    this.#parts = parts;
    this.#times = times;
    this.#nodes = link.names.of('nodes', '');
    this.#graves = link.names.of('graves', '');
    link.prepare(BEAT, CLAIM, BURIED, LEAVE);
  }

  /** The name of what this node has in Redis now. */
  get lease(): string {
    return `${this.id}.${this.#life}`;
  }

  /** The key of the list of nodes, which scripts about commands read, too. */
  get key(): string {
    return this.#nodes;
  }

  get lifetime(): number {
    return this.#times.lifetime;
  }

  /** Leases of nodes that have died, as far as this one has heard, whose things may still be there. */
  get dead(): readonly string[] {
    return this.#listed.filter(({ isAlive }) => !isAlive).map(({ lease }) => lease);
  }

  /** See `Cluster.silences`. */
  get silences(): ReadonlyMap<string, number> {
    const living = this.#listed.filter(({ isAlive }) => isAlive);
    return new Map(living.map(({ lease, silence }) => [nodeOf(lease), silence]));
  }

  /** To be called before `start`. */
  add(holder: LeaseHolder): void {
    this.#holders.push(holder);
  }

  /** `beaten` is called after each sign of life. Throws `unavailable`. */
  async start(state: () => Omit<NodeState, 'id'>, beaten: () => void): Promise<void> {
    this.#state = state;
    this.#beaten = beaten;
    await this.#beat('1');
    const failed = (error: unknown) =>
      this.#parts.logger.debug({ event: 'heartbeat_failed', error }, 'no sign of life given');
    this.#stop = every(this.#times.beat, () => this.beat(), failed);
  }

  /** Gives a sign of life, and hears of the others. Throws `unavailable`. */
  async beat(): Promise<void> {
    if (!(await this.#beat('0'))) await this.#revive();
    this.#beaten();
    for (const holder of this.#holders) holder.beaten();
    for (const lease of this.dead) await this.#bury(lease);
  }

  /** Those that live, the oldest first. Throws `unavailable`. */
  async living(): Promise<readonly NodeState[]> {
    await this.#beat('0');
    const states = this.#listed
      .filter(({ isAlive }) => isAlive)
      .flatMap(({ lease, state }) => stateOf(lease, state) ?? []);
    return states.sort((a, b) => a.started - b.started || (a.id < b.id ? -1 : 1));
  }

  /** Dead for the others from now on: they need not wait. */
  async close(): Promise<void> {
    this.#stop?.();
    this.#holders.splice(0);
    await this.#parts.link.run(LEAVE, [this.#nodes, this.#graves], [this.lease]).catch(() => undefined);
  }

  /** False where the others have buried this node. */
  async #beat(first: '0' | '1'): Promise<boolean> {
    const state = JSON.stringify(this.#state());
    const keys = [this.#nodes, this.#graves];
    const reply = await this.#parts.link.run(BEAT, keys, [this.lease, state, first]);
    if (!Array.isArray(reply)) return false;
    const [now, nodes, graves] = reply as readonly Reply[];
    this.#listed = [
      ...pairsOf(nodes).map(([lease, entry]) => this.#listedNode(lease, entry, Number(now))),
      ...pairsOf(graves).map(([lease]) => ({ lease, isAlive: false, silence: 0, state: '' })),
    ];
    return true;
  }

  #listedNode(lease: string, entry: string, now: number): ListedNode {
    const [at = ''] = entry.split(' ', 1);
    const silence = Math.max(0, now - Number(at));
    const isAlive = lease === this.lease || silence <= this.#times.lifetime;
    return { lease, isAlive, silence, state: entry.slice(at.length + 1) };
  }

  async #revive(): Promise<void> {
    const before = this.lease;
    this.#life++;
    await this.#beat('1');
    this.#parts.logger.warn(
      { event: 'node_buried', node: this.id },
      'the other nodes took this one for dead',
    );
    for (const holder of this.#holders) holder.renewed(before);
  }

  async #bury(lease: string): Promise<void> {
    const { link, logger } = this.#parts;
    const keys = [this.#nodes, this.#graves];
    const { lifetime } = this.#times;
    const args = [lease, String(lifetime), String(lifetime * PATIENCE)];
    if ((await link.run(CLAIM, keys, args)) !== 1) return;
    logger.warn({ event: 'node_died', lease }, 'a node has died');
    for (const holder of this.#holders) await holder.bury(lease);
    await link.run(BURIED, keys, [lease]);
    this.#listed = this.#listed.filter((node) => node.lease !== lease);
  }
}

/** The id of the node whose lease it is. */
export function nodeOf(lease: string): string {
  return lease.slice(0, lease.lastIndexOf('.'));
}

/** Fields and values in turn. */
export function pairsOf(reply: Reply | undefined): readonly (readonly [string, string])[] {
  if (!Array.isArray(reply)) return [];
  const texts = reply.map(String);
  return texts.flatMap((text, i) => (i % 2 === 0 ? [[text, texts[i + 1] ?? ''] as const] : []));
}

function stateOf(lease: string, text: string): NodeState | undefined {
  try {
    return { id: nodeOf(lease), ...JSON.parse(text) };
  } catch {
    return undefined;
  }
}

const NOTHING: Omit<NodeState, 'id'> = {
  version: '',
  routes: '',
  started: 0,
  connections: 0,
  sessions: 0,
  channels: 0,
  subscriptions: 0,
  lag: 0,
};
