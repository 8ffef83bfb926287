import { randomUUID } from 'node:crypto';
import type { BrokerHealth } from '../../core/broker.js';
import type { Logger } from '../../core/logger.js';
import type { Meter } from '../../core/meter.js';
import type { Endpoint, RedisAddress } from './address.js';
import { type Argument, Connection, type PushListener, type Reply, ReplyError } from './connection.js';
import { tryFor } from './jitter.js';
import type { LinkListener, RedisLink, StreamListener } from './link.js';
import type { Names } from './names.js';
import type { Script } from './script.js';
import { Server } from './server.js';
import { StreamReader } from './stream-reader.js';

export interface LinkParts {
  readonly names: Names;
  readonly name: string;
  readonly timeout: number;
  /** Milliseconds that `start` tries for. */
  readonly patience: number;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** One server of Redis, or the one that Sentinel says is the main one. */
export class SingleLink implements RedisLink {
  readonly names: Names;
  readonly #address: Exclude<RedisAddress, { kind: 'cluster' }>;
  readonly #parts: LinkParts;
  readonly #scripts = new Set<Script>();
  readonly #listeners: LinkListener[] = [];
  readonly #readers = new Set<StreamReader>();
  readonly #server: Server;
  #started: Promise<void> | undefined;
  #hasStarted = false;

  constructor(address: Exclude<RedisAddress, { kind: 'cluster' }>, parts: LinkParts) {
    this.#address = address;
    this.#parts = parts;
    this.names = parts.names;
    this.#server = new Server({
      ...parts,
      locate: () => this.#locate(),
      isSharded: false,
      probe: parts.names.of('probe', randomUUID()),
      scripts: this.#scripts,
      up: () => this.#restored(),
      down: () => undefined,
    });
  }

  get health(): BrokerHealth {
    const { reason, latency } = this.#server;
    return reason === undefined
      ? { ready: true, latency }
      : { ready: false, reason: `Redis is away: ${reason}` };
  }

  prepare(...scripts: readonly Script[]): void {
    for (const script of scripts) this.#scripts.add(script);
  }

  watch(listener: LinkListener): void {
    this.#listeners.push(listener);
  }

  start(): Promise<void> {
    this.#started ??= tryFor(this.#parts.patience, () => this.#server.start()).then(
      () => void (this.#hasStarted = true),
    );
    return this.#started;
  }

  isUp(_key: string): boolean {
    return this.#server.reason === undefined;
  }

  command(_key: string, args: readonly Argument[]): Promise<Reply> {
    return this.#server.send(args);
  }

  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    return evaluate((all) => this.#server.send(all), script, [String(keys.length), ...keys, ...args]);
  }

  subscribe(channel: string, listener: PushListener): Promise<void> {
    return this.#server.subscribe(channel, listener);
  }

  unsubscribe(channel: string): void {
    this.#server.unsubscribe(channel);
  }

  hearAll(listener: PushListener): Promise<void> {
    const prefix = this.names.of('c', '');
    return this.#server.subscribePattern(`${prefix}*`, (message, name) =>
      listener(message, name.slice(prefix.length)),
    );
  }

  hearNoMore(): void {
    this.#server.unsubscribePattern(`${this.names.of('c', '')}*`);
  }

  settled(_channel: string): Promise<void> {
    return this.#server.settled();
  }

  async publish(channel: string, message: Argument): Promise<void> {
    await this.#server.send(['PUBLISH', channel, message]);
  }

  follow(stream: string, after: string, listener: StreamListener): () => void {
    const open = async () => Connection.open(await this.#locate(), this.#parts);
    const reader = new StreamReader({ stream, after, listener, open, logger: this.#parts.logger });
    this.#readers.add(reader);
    return () => {
      this.#readers.delete(reader);
      reader.close();
    };
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
    this.#server.close();
  }

  #restored(): void {
    if (this.#hasStarted) for (const listener of this.#listeners) listener.restored();
  }

  async #locate(): Promise<Endpoint> {
    const address = this.#address;
    return address.kind === 'single' ? address.endpoint : mainOf(address, this.#parts);
  }
}

/** Sends the digest of a script, and its text where the server does not know it. */
export async function evaluate(
  send: (args: readonly Argument[]) => Promise<Reply>,
  { digest, source }: Script,
  args: readonly Argument[],
): Promise<Reply> {
  try {
    return await send(['EVALSHA', digest, ...args]);
  } catch (error) {
    if (!(error instanceof ReplyError) || error.word !== 'NOSCRIPT') throw error;
    return send(['EVAL', source, ...args]);
  }
}

/** Asks one Sentinel after the other. */
async function mainOf(
  { sentinels, name, endpoint }: Extract<RedisAddress, { kind: 'sentinel' }>,
  parts: LinkParts,
): Promise<Endpoint> {
  let reason = '';
  for (const sentinel of sentinels) {
    try {
      const found = await askSentinel(sentinel, name, parts);
      if (found !== undefined) return { ...endpoint, ...found };
      reason = `Sentinel knows no ${name}`;
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  throw new Error(`no Sentinel says where Redis is: ${reason}`);
}

async function askSentinel(
  sentinel: Endpoint,
  name: string,
  parts: LinkParts,
): Promise<Pick<Endpoint, 'host' | 'port'> | undefined> {
  const connection = await Connection.open(sentinel, parts);
  try {
    const reply = await connection.send(['SENTINEL', 'get-master-addr-by-name', name]);
    if (!Array.isArray(reply)) return undefined;
    const [host, port] = reply.map(String);
    return host === undefined ? undefined : { host, port: Number(port) };
  } finally {
    connection.close();
  }
}
