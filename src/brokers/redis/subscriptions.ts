import { RouterError } from '../../core/errors.js';
import type { Connection, PushListener } from './connection.js';

/** Channels of Redis that are asked for at once. */
const BATCH = 512;

/** What a node wants to hear of one channel. */
interface Interest {
  readonly listener: PushListener;
  readonly waiting: Deferred[];
}

interface Deferred {
  resolve(): void;
  reject(error: Error): void;
}

/** Patterns and channels may be called alike; no channel begins with this. */
const PATTERN = '\0';

/** A pattern among channels. */
export function patternKey(pattern: string): string {
  return `${PATTERN}${pattern}`;
}

/** What is asked for in one command. */
interface Batch {
  readonly verb: 'subscribe' | 'unsubscribe';
  readonly channels: readonly string[];
}

/**
 * The channels that one server of Redis is to send, and what it has said that it sends. One command is under way at a time, with
 * as many channels as wait for it, so that what is wanted last comes true last.
 */
export class Subscriptions {
  readonly #isSharded: boolean;
  readonly #wanted = new Map<string, Interest>();
  readonly #active = new Set<string>();
  /** Channels that may have to be asked for or given up, by what can be in one command. */
  readonly #dirty = new Map<string, Set<string>>();
  #connection: Connection | undefined;
  #isFlushing = false;

  constructor({ isSharded }: { readonly isSharded: boolean }) {
    this.#isSharded = isSharded;
  }

  get size(): number {
    return this.#wanted.size;
  }

  /**
   * Wanted from now on, whatever becomes of the connection. Resolves when nothing on the channel will be missed; rejects where that
   * cannot be said now.
   */
  add(channel: string, listener: PushListener): Promise<void> {
    const { waiting = [] } = this.#wanted.get(channel) ?? {};
    this.#wanted.set(channel, { listener, waiting });
    if (this.#connection === undefined) return Promise.reject(away());
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      this.#touch(channel);
    });
  }

  /** The listener is not called any more. */
  remove(channel: string): void {
    const interest = this.#wanted.get(channel);
    if (interest === undefined) return;
    this.#wanted.delete(channel);
    for (const { reject } of interest.waiting)
      reject(new RouterError('unavailable', 'unsubscribed meanwhile'));
    this.#touch(channel);
  }

  /** What is wanted is asked for on a new connection. Resolves when all of it is active. */
  async attach(connection: Connection): Promise<void> {
    this.#connection = connection;
    const restored: Promise<void>[] = [];
    for (const [channel, { listener }] of this.#wanted) restored.push(this.add(channel, listener));
    // Whatever is unsubscribed meanwhile does not have to come back.
    await Promise.allSettled(restored);
    if (this.#connection !== connection) throw away();
  }

  /** The connection is lost, and with it what was active. */
  detach(): void {
    this.#connection = undefined;
    this.#active.clear();
    this.#dirty.clear();
    for (const { waiting } of this.#wanted.values())
      for (const { reject } of waiting.splice(0)) reject(away());
  }

  #touch(channel: string): void {
    if (this.#connection === undefined) return;
    const group = this.#isSharded ? tagOf(channel) : kindOf(channel);
    let channels = this.#dirty.get(group);
    if (channels === undefined) this.#dirty.set(group, (channels = new Set()));
    channels.add(channel);
    // What is asked for in one turn goes out in one command.
    if (!this.#isFlushing) queueMicrotask(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      for (let batch = this.#next(); batch !== undefined; batch = this.#next()) await this.#ask(batch);
    } finally {
      this.#isFlushing = false;
    }
  }

  #next(): Batch | undefined {
    for (const [group, channels] of this.#dirty) {
      const batch = this.#take(channels);
      if (channels.size === 0) this.#dirty.delete(group);
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  #take(dirty: Set<string>): Batch | undefined {
    const channels: string[] = [];
    let isWanted: boolean | undefined;
    for (const channel of dirty) {
      const interest = this.#wanted.get(channel);
      if ((interest !== undefined) === this.#active.has(channel)) {
        settle(interest);
      } else {
        isWanted ??= interest !== undefined;
        if (isWanted !== (interest !== undefined)) continue;
        channels.push(channel);
      }
      dirty.delete(channel);
      if (channels.length === BATCH) break;
    }
    if (channels.length === 0) return undefined;
    return { verb: isWanted === true ? 'subscribe' : 'unsubscribe', channels };
  }

  async #ask({ verb, channels }: Batch): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return;
    try {
      await this.#send(connection, verb, channels);
    } catch (error) {
      if (this.#connection === connection) this.#refused(channels, error as Error);
      return;
    }
    if (this.#connection === connection) this.#done(verb, channels);
  }

  async #send(connection: Connection, verb: Batch['verb'], channels: readonly string[]): Promise<void> {
    const [first = ''] = channels;
    if (kindOf(first) === PATTERN) return this.#sendPattern(connection, verb, first);
    const kind = this.#isSharded ? 'sharded' : 'plain';
    if (verb === 'subscribe') return connection.subscribe(kind, channels, this.#pushed);
    return connection.unsubscribe(kind, channels);
  }

  /** There is one. */
  async #sendPattern(connection: Connection, verb: Batch['verb'], key: string): Promise<void> {
    const patterns = [key.slice(PATTERN.length)];
    if (verb === 'unsubscribe') return connection.unsubscribe('pattern', patterns);
    return connection.subscribe('pattern', patterns, (...pushed) =>
      this.#wanted.get(key)?.listener(...pushed),
    );
  }

  #done(verb: Batch['verb'], channels: readonly string[]): void {
    for (const channel of channels) {
      if (verb === 'subscribe') this.#active.add(channel);
      else this.#active.delete(channel);
      const interest = this.#wanted.get(channel);
      if ((interest !== undefined) === this.#active.has(channel)) settle(interest);
      else this.#touch(channel);
    }
  }

  #refused(channels: readonly string[], error: Error): void {
    for (const channel of channels)
      for (const { reject } of this.#wanted.get(channel)?.waiting.splice(0) ?? []) reject(error);
  }

  readonly #pushed: PushListener = (message, channel) => {
    this.#wanted.get(channel)?.listener(message, channel);
  };
}

function settle(interest: Interest | undefined): void {
  for (const { resolve } of interest?.waiting.splice(0) ?? []) resolve();
}

function kindOf(channel: string): string {
  return channel.startsWith(PATTERN) ? PATTERN : '';
}

function tagOf(channel: string): string {
  return channel.slice(0, channel.indexOf('}') + 1);
}

function away(): RouterError {
  return new RouterError('unavailable', 'Redis is away');
}
