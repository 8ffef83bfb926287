import { RouterError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Meter, Timing } from '../../core/meter.js';
import { within } from '../../core/within.js';
import type { Endpoint } from './address.js';
import { type Argument, Connection, type PushListener, type Reply, ReplyError } from './connection.js';
import { waitBefore } from './jitter.js';
import type { Script } from './script.js';
import { patternKey, Subscriptions } from './subscriptions.js';

export interface ServerParts {
  /** Where it is now. Throws where that cannot be found out. */
  locate(): Promise<Endpoint>;
  /** Of the connections, in Redis's own list of clients. */
  readonly name: string;
  /** Milliseconds in which Redis has to answer. */
  readonly timeout: number;
  readonly isSharded: boolean;
  /** A channel of Redis that nobody else uses: what is published there has to come back. */
  readonly probe: string;
  readonly scripts: ReadonlySet<Script>;
  readonly logger: Logger;
  readonly meter: Meter;
  /** It answers, and sends all channels that are wanted. */
  up(): void;
  down(): void;
}

/** Milliseconds between two probes, and how many in a row may be missed. */
const PROBE = 3000;
const MISSES = 2;

/** Milliseconds in which all subscriptions have to be there again. */
const RESTORE = 30_000;

/** Answers of a server that is not the main one any more. */
const DEMOTED = new Set(['READONLY', 'MASTERDOWN']);

/**
 * One server of Redis: a connection for commands and one for subscriptions, both or none. When one of them breaks, or what is
 * published on one does not come back on the other, both are made anew.
 */
export class Server {
  readonly subscriptions: Subscriptions;
  readonly #parts: ServerParts;
  #commands: Connection | undefined;
  #pushes: Connection | undefined;
  #reason: string | undefined = 'not connected yet';
  #failed = 0;
  #misses = 0;
  #hasHeard = false;
  #probedAt = 0;
  #latency: number | undefined;
  readonly #roundTrips: Timing | undefined;
  #isClosed = false;
  #opening: readonly Connection[] = [];
  #retry: NodeJS.Timeout | undefined;
  #probing: NodeJS.Timeout | undefined;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.subscriptions = new Subscriptions(parts);
    this.#roundTrips = parts.meter.timing?.('signalbox_broker_roundtrip_seconds');
    void this.subscriptions.add(parts.probe, () => this.#heardProbe()).catch(() => undefined);
  }

  /** Undefined while it is up. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Milliseconds that the newest probe took to come back; undefined before the first. */
  get latency(): number | undefined {
    return this.#latency;
  }

  /** Throws for what is wrong with the first attempt, and does not try again then. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#drop((error as Error).message);
      throw error;
    }
  }

  /** Likewise, but it goes on trying. */
  startLater(): void {
    void this.#reopen();
  }

  /** Throws `unavailable`, at once while it is away. Throws `ReplyError`. */
  async send(args: readonly Argument[]): Promise<Reply> {
    if (this.#commands === undefined) throw new RouterError('unavailable', `Redis is away: ${this.#reason}`);
    return this.#demotedOr(this.#commands, this.#commands.send(args));
  }

  /** The commands reach the server one right after the other; resolves to the last answer. */
  async sendBoth(first: readonly Argument[], second: readonly Argument[]): Promise<Reply> {
    const sent = [this.send(first), this.send(second)] as const;
    const [before, reply] = await Promise.allSettled(sent);
    if (before.status === 'rejected') throw before.reason;
    if (reply.status === 'rejected') throw reply.reason;
    return reply.value;
  }

  subscribe(channel: string, listener: PushListener): Promise<void> {
    return this.subscriptions.add(channel, listener);
  }

  unsubscribe(channel: string): void {
    this.subscriptions.remove(channel);
  }

  subscribePattern(pattern: string, listener: PushListener): Promise<void> {
    return this.subscriptions.add(patternKey(pattern), listener);
  }

  unsubscribePattern(pattern: string): void {
    this.subscriptions.remove(patternKey(pattern));
  }

  /** Resolves when all has come that was published before. Throws `unavailable`. */
  async settled(): Promise<void> {
    if (this.#pushes === undefined) throw new RouterError('unavailable', `Redis is away: ${this.#reason}`);
    // Its answer comes after what was sent before it.
    await this.#pushes.send(['PING']);
  }

  /** Both connections are made anew. */
  fail(reason: string): void {
    if (this.#reason !== undefined || this.#isClosed) return;
    this.#drop(reason);
    this.#parts.meter.count('signalbox_broker_losses_total');
    this.#parts.logger.warn({ event: 'redis_lost', reason }, 'redis away');
    this.#parts.down();
    void this.#reopen();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#drop('closed');
  }

  async #demotedOr(connection: Connection, reply: Promise<Reply>): Promise<Reply> {
    try {
      return await reply;
    } catch (error) {
      const isDemoted = error instanceof ReplyError && DEMOTED.has(error.word);
      if (isDemoted && this.#commands === connection) this.fail('it is not the main server any more');
      throw error;
    }
  }

  async #reopen(): Promise<void> {
    while (!this.#isClosed && this.#reason !== undefined) {
      await this.#pause(waitBefore(this.#failed));
      if (this.#isClosed) return;
      try {
        await this.#open();
      } catch (error) {
        this.#failed++;
        this.#drop((error as Error).message);
        this.#parts.logger.debug({ event: 'redis_still_away', reason: this.#reason }, 'redis still away');
      }
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#retry = setTimeout(resolve, milliseconds).unref();
    });
  }

  async #open(): Promise<void> {
    const { locate, name, timeout, scripts, up, logger } = this.#parts;
    const endpoint = await locate();
    const commands = await this.#connect(endpoint, { name, timeout });
    for (const { source } of scripts) await commands.send(['SCRIPT', 'LOAD', source]);
    const pushes = await this.#connect(endpoint, { name, timeout });
    const restored = this.subscriptions.attach(pushes);
    await within(RESTORE, restored, () => new Error('Redis does not take the subscriptions in time'));
    if (this.#opening.length < 2) throw new Error('the connection broke');
    this.#commands = commands;
    this.#pushes = pushes;
    this.#reason = undefined;
    this.#failed = this.#misses = 0;
    this.#hasHeard = true;
    this.#probing = setInterval(() => this.#probe(), PROBE).unref();
    logger.info({ event: 'redis_connected', host: endpoint.host, port: endpoint.port }, 'redis connected');
    up();
  }

  async #connect(endpoint: Endpoint, options: { name: string; timeout: number }): Promise<Connection> {
    const connection = await Connection.open(endpoint, options);
    if (this.#isClosed) {
      connection.close();
      throw new Error('closed');
    }
    this.#opening = [...this.#opening, connection];
    connection.ended = (error) => this.#ended(connection, error);
    return connection;
  }

  #ended(connection: Connection, error: Error): void {
    if (!this.#opening.includes(connection)) return;
    // While it is opened, whoever opens it notices.
    if (this.#reason === undefined) this.fail(error.message);
    else this.#drop(error.message);
  }

  #drop(reason: string): void {
    const connections = this.#opening;
    this.#opening = [];
    this.#commands = this.#pushes = undefined;
    this.#reason = reason;
    clearInterval(this.#probing);
    for (const connection of connections) connection.close();
    this.subscriptions.detach();
  }

  #heardProbe(): void {
    this.#hasHeard = true;
    if (this.#probedAt === 0) return;
    this.#latency = performance.now() - this.#probedAt;
    this.#probedAt = 0;
    this.#roundTrips?.observe(this.#latency);
  }

  #probe(): void {
    this.#misses = this.#hasHeard ? 0 : this.#misses + 1;
    this.#hasHeard = false;
    if (this.#misses >= MISSES) {
      this.fail('what is published does not come back');
      return;
    }
    const { isSharded, probe } = this.#parts;
    this.#probedAt = performance.now();
    this.send([isSharded ? 'SPUBLISH' : 'PUBLISH', probe, '']).catch(() => undefined);
  }
}
