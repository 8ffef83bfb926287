import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { BrokerHealth } from '../../core/broker.js';
import { RouterError } from '../../core/errors.js';
import { every } from '../../core/interval.js';
import type { Endpoint, RedisAddress } from './address.js';
import { type Argument, Connection, type PushListener, type Reply, ReplyError } from './connection.js';
import { tryFor } from './jitter.js';
import type { LinkListener, RedisLink, StreamListener } from './link.js';
import { type Names, PARTITIONS, slotOf } from './names.js';
import type { Script } from './script.js';
import { Server } from './server.js';
import { evaluate, type LinkParts } from './single-link.js';
import { StreamReader } from './stream-reader.js';
import { includes, placeOf, readTopology, type Shard } from './topology.js';

/** Times that a command is sent elsewhere because its slot has moved. */
const REDIRECTIONS = 4;
const LINE_END = 0x0a;
/** Milliseconds between two looks at who serves what. */
const REFRESH = 5000;

interface Target {
  readonly server: Server | undefined;
  /** Whether the server has the slot only for those who were sent there. */
  readonly isAsking: boolean;
}

/** A Redis Cluster: each of its main servers has a connection for commands, and one for the channels of its partitions. */
export class ClusterLink implements RedisLink {
  readonly names: Names;
  readonly #seeds: readonly Endpoint[];
  readonly #parts: LinkParts;
  readonly #scripts = new Set<Script>();
  readonly #listeners: LinkListener[] = [];
  readonly #readers = new Set<StreamReader>();
  readonly #wanted = new Map<string, PushListener>();
  /** By host and port. */
  readonly #servers = new Map<string, Server>();
  #shards: readonly Shard[] = [];
  #refreshing: Promise<void> | undefined;
  #stop: (() => void) | undefined;
  #started: Promise<void> | undefined;
  #hasStarted = false;

  constructor({ seeds }: Extract<RedisAddress, { kind: 'cluster' }>, parts: LinkParts) {
    this.#seeds = seeds;
    this.#parts = parts;
    this.names = parts.names;
  }

  get health(): BrokerHealth {
    for (const [place, { reason }] of this.#servers)
      if (reason !== undefined) return { ready: false, reason: `Redis is away: ${place}: ${reason}` };
    if (this.#hasStarted) return { ready: true, latency: slowest(this.#servers.values()) };
    return { ready: false, reason: 'Redis is away: not connected yet' };
  }

  prepare(...scripts: readonly Script[]): void {
    for (const script of scripts) this.#scripts.add(script);
  }

  watch(listener: LinkListener): void {
    this.#listeners.push(listener);
  }

  start(): Promise<void> {
    this.#started ??= tryFor(this.#parts.patience, () => this.#start());
    return this.#started;
  }

  async #start(): Promise<void> {
    this.#shards = await this.#readShards();
    for (const server of this.#servers.values()) server.close();
    const servers = this.#shards.map((shard) => this.#create(shard));
    await Promise.all(servers.map((server) => server.start()));
    this.#hasStarted = true;
    this.#stop = every(
      REFRESH,
      () => this.#refresh(),
      () => undefined,
    );
  }

  isUp(key: string): boolean {
    return this.#serverOf(key)?.reason === undefined;
  }

  async command(key: string, args: readonly Argument[]): Promise<Reply> {
    let target: Target = { server: this.#serverOf(key), isAsking: false };
    for (let left = REDIRECTIONS; ; left--) {
      try {
        return await send(target, args);
      } catch (error) {
        const place = error instanceof ReplyError && left > 0 ? placeOf(error) : undefined;
        if (place === undefined) throw error;
        target = await this.#redirected(key, place, (error as ReplyError).word === 'ASK');
      }
    }
  }

  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const [key = ''] = keys;
    return evaluate((all) => this.command(key, all), script, [String(keys.length), ...keys, ...args]);
  }

  subscribe(channel: string, listener: PushListener): Promise<void> {
    this.#wanted.set(channel, listener);
    const server = this.#serverOf(channel);
    return server === undefined ? Promise.reject(nobodyHas()) : server.subscribe(channel, listener);
  }

  unsubscribe(channel: string): void {
    this.#wanted.delete(channel);
    this.#serverOf(channel)?.unsubscribe(channel);
  }

  async hearAll(listener: PushListener): Promise<void> {
    const split: PushListener = (message) => {
      const end = message.indexOf(LINE_END);
      if (end !== -1) listener(message.subarray(end + 1), message.toString('utf8', 0, end));
    };
    await Promise.all(this.#all().map((channel) => this.subscribe(channel, split)));
  }

  hearNoMore(): void {
    for (const channel of this.#all()) this.unsubscribe(channel);
  }

  settled(channel: string): Promise<void> {
    return this.#serverOf(channel)?.settled() ?? Promise.reject(nobodyHas());
  }

  async publish(channel: string, message: Argument): Promise<void> {
    await this.command(channel, ['SPUBLISH', channel, message]);
  }

  follow(stream: string, after: string, listener: StreamListener): () => void {
    const open = async () => Connection.open(this.#shardOf(stream).endpoint, this.#parts);
    const reader = new StreamReader({ stream, after, listener, open, logger: this.#parts.logger });
    this.#readers.add(reader);
    return () => {
      this.#readers.delete(reader);
      reader.close();
    };
  }

  close(): void {
    this.#stop?.();
    for (const reader of this.#readers) reader.close();
    for (const server of this.#servers.values()) server.close();
  }

  /** A slot that is being moved is asked for once elsewhere; one that has been moved is known to be there from now on. */
  async #redirected(key: string, place: string, isAsking: boolean): Promise<Target> {
    if (isAsking) return { server: this.#servers.get(place), isAsking };
    await this.#refresh();
    return { server: this.#serverOf(key), isAsking };
  }

  #all(): readonly string[] {
    return Array.from({ length: PARTITIONS }, (_, partition) => this.names.ofPartition('all', partition));
  }

  #shardOf(key: string): Shard {
    const slot = slotOf(key);
    for (const shard of this.#shards) if (includes(shard.ranges, slot)) return shard;
    throw nobodyHas();
  }

  #serverOf(key: string): Server | undefined {
    const slot = slotOf(key);
    for (const { place, ranges } of this.#shards) if (includes(ranges, slot)) return this.#servers.get(place);
    return undefined;
  }

  #create(shard: Shard): Server {
    const server = new Server({
      ...this.#parts,
      locate: async () => shard.endpoint,
      isSharded: true,
      probe: `{${shard.tag}}${this.names.of('probe', randomUUID()).replace(/^\{.*?\}/, '')}`,
      scripts: this.#scripts,
      up: () => this.#restored(),
      down: () => void this.#refresh(),
    });
    this.#servers.set(shard.place, server);
    return server;
  }

  /** Whoever asks while it is under way waits for it. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#renew().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #renew(): Promise<void> {
    try {
      this.#change(await this.#readShards());
    } catch (error) {
      this.#parts.logger.warn(
        { event: 'redis_cluster_unknown', reason: (error as Error).message },
        'redis cluster not known',
      );
    }
  }

  /** Channels go to the servers that have them now. */
  #change(shards: readonly Shard[]): void {
    if (isDeepStrictEqual(shards, this.#shards)) return;
    const before = new Map([...this.#wanted.keys()].map((channel) => [channel, this.#serverOf(channel)]));
    this.#shards = shards;
    for (const shard of shards) if (!this.#servers.has(shard.place)) this.#create(shard).startLater();
    const moved: Promise<unknown>[] = [];
    for (const [channel, listener] of this.#wanted) {
      const [old, now] = [before.get(channel), this.#serverOf(channel)];
      if (old === now || now === undefined) continue;
      old?.unsubscribe(channel);
      moved.push(now.subscribe(channel, listener).catch(() => undefined));
    }
    for (const [place, server] of this.#servers) {
      if (shards.some((shard) => shard.place === place)) continue;
      this.#servers.delete(place);
      server.close();
    }
    if (moved.length > 0) void Promise.all(moved).then(() => this.#restored());
  }

  async #readShards(): Promise<readonly Shard[]> {
    const known = this.#shards.map(({ endpoint }) => endpoint);
    return readTopology([...known, ...this.#seeds], this.#parts);
  }

  #restored(): void {
    if (this.#hasStarted) for (const listener of this.#listeners) listener.restored();
  }
}

async function send({ server, isAsking }: Target, args: readonly Argument[]): Promise<Reply> {
  if (server === undefined) throw nobodyHas();
  return isAsking ? server.sendBoth(['ASKING'], args) : server.send(args);
}

function nobodyHas(): RouterError {
  return new RouterError('unavailable', 'no server of the Redis Cluster has the slot');
}

function slowest(servers: Iterable<Server>): number | undefined {
  return [...servers].flatMap(({ latency = [] }) => latency).toSorted((a, b) => b - a)[0];
}
