import type { createClient } from '@redis/client';
import { RouterError } from '../../core/errors.js';
import { within } from '../../core/within.js';
import type { Endpoint } from './address.js';

/** What Redis answers. Of bulk strings the octets, of maps a list of keys and values in turn. */
export type Reply = Buffer | string | number | null | readonly Reply[];

export type Argument = string | Buffer;

/** Called for each message on a subscribed channel. */
export type PushListener = (message: Buffer, channel: string) => void;

export type PubSub = 'plain' | 'pattern' | 'sharded';

/** An error that Redis answered with; its first word says which. */
export class ReplyError extends Error {
  readonly word: string;

  constructor(message: string) {
    super(message);
    [this.word = ''] = message.split(' ');
  }
}

interface Pending {
  readonly deadline: number;
  readonly late: () => void;
  isSettled: boolean;
  next: Pending | undefined;
}

/** The part of the library's client that is used. */
interface Client {
  connect(): Promise<unknown>;
  destroy(): void;
  readonly isOpen: boolean;
  on(event: string, listener: (...args: never[]) => void): unknown;
  sendCommand(args: readonly Argument[], options?: object): Promise<unknown>;
  subscribe: Subscribe;
  pSubscribe: Subscribe;
  sSubscribe: Subscribe;
  unsubscribe: Unsubscribe;
  pUnsubscribe: Unsubscribe;
  sUnsubscribe: Unsubscribe;
}

type Listener = (message: Buffer, channel: Buffer) => void;
type Subscribe = (channels: string[], listener: Listener, buffers: true) => Promise<void>;
type Unsubscribe = (channels: string[]) => Promise<void>;

const VERBS = {
  plain: ['subscribe', 'unsubscribe'],
  pattern: ['pSubscribe', 'pUnsubscribe'],
  sharded: ['sSubscribe', 'sUnsubscribe'],
} as const satisfies Record<PubSub, readonly (keyof Client)[]>;

/** Milliseconds in which a connection is made. */
const CONNECT_TIMEOUT = 5000;
/** Milliseconds between two looks for answers that are late. */
const SWEEP = 250;

const CLOSED = new Error('closed');

/**
 * One connection to one server of Redis, and the one place that knows the library. It is not mended when it breaks: `ended` is
 * called once, and what is still to be answered is refused. Calls are sent in the order made.
 */
export class Connection {
  /** Called when it has broken, or `close` was called. */
  ended: (error: Error) => void = () => undefined;
  readonly #client: Client;
  readonly #timeout: number;
  readonly #timer: NodeJS.Timeout;
  #first: Pending | undefined;
  #last: Pending | undefined;
  #isEnded = false;

  private constructor(client: Client, timeout: number) {
    this.#client = client;
    this.#timeout = timeout;
    this.#timer = setInterval(() => this.#sweep(), SWEEP).unref();
    client.on('error', (error: Error) => this.#end(error));
    client.on('end', () => this.#end(CLOSED));
    client.on('sharded-channel-moved', () => this.#end(new Error('channels have moved to another server')));
  }

  /** `timeout` is how long an answer may take, in milliseconds. Throws for what cannot be connected to. */
  static async open(
    endpoint: Endpoint,
    { name, timeout }: { name: string; timeout: number },
  ): Promise<Connection> {
    const client = (await library()).createClient(optionsOf(endpoint, name)) as unknown as Client;
    const failed: Error[] = [];
    // Without a listener the library throws where nobody catches.
    client.on('error', (error: Error) => void failed.push(error));
    try {
      // A server that is stopped takes connections and says nothing.
      await within(CONNECT_TIMEOUT, client.connect(), () => new Error('Redis does not answer'));
    } catch (error) {
      if (client.isOpen) client.destroy();
      throw error;
    }
    const connection = new Connection(client, timeout);
    if (!client.isOpen) throw failed[0] ?? CLOSED;
    return connection;
  }

  /** Throws `unavailable` when there is no answer, or no answer in time: it may be done all the same. Throws `ReplyError`. */
  send(args: readonly Argument[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const late = () => reject(noAnswer());
      const pending = this.#expect(late);
      this.#client.sendCommand(args).then(
        (reply) => {
          pending.isSettled = true;
          resolve(reply as Reply);
        },
        (error: Error) => {
          pending.isSettled = true;
          reject(refusalOf(error));
        },
      );
    });
  }

  /** For reads that block: there is an answer when there is one. */
  wait(args: readonly Argument[]): Promise<Reply> {
    return this.#client.sendCommand(args).then(
      (reply) => reply as Reply,
      (error: Error) => {
        throw refusalOf(error);
      },
    );
  }

  /** Resolves when Redis has said that it is so. */
  async subscribe(kind: PubSub, channels: readonly string[], listener: PushListener): Promise<void> {
    const [verb] = VERBS[kind];
    const pushed: Listener = (message, channel) => listener(message, channel.toString('utf8'));
    await this.#client[verb]([...channels], pushed, true).catch(rethrow);
  }

  async unsubscribe(kind: PubSub, channels: readonly string[]): Promise<void> {
    const [, verb] = VERBS[kind];
    await this.#client[verb]([...channels]).catch(rethrow);
  }

  close(): void {
    if (this.#client.isOpen) this.#client.destroy();
    this.#end(CLOSED);
  }

  #expect(late: () => void): Pending {
    const pending = { deadline: performance.now() + this.#timeout, late, isSettled: false, next: undefined };
    if (this.#last === undefined) this.#first = pending;
    else this.#last.next = pending;
    this.#last = pending;
    return pending;
  }

  /** Those that were sent first are answered first. */
  #sweep(): void {
    const now = performance.now();
    while (this.#first !== undefined && (this.#first.isSettled || this.#first.deadline <= now)) {
      if (!this.#first.isSettled) this.#first.late();
      this.#first = this.#first.next;
    }
    if (this.#first === undefined) this.#last = undefined;
  }

  #end(error: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearInterval(this.#timer);
    if (this.#client.isOpen) this.#client.destroy();
    this.ended(error);
  }
}

let loaded: Promise<typeof import('@redis/client')> | undefined;

/** Throws an error that says what to install. */
async function library(): Promise<{ readonly createClient: typeof createClient }> {
  loaded ??= import('@redis/client');
  try {
    return await loaded;
  } catch (cause) {
    loaded = undefined;
    throw new Error('the client of Redis is not installed: npm install @redis/client', { cause });
  }
}

function optionsOf({ host, port, tls, username, password, database }: Endpoint, name: string) {
  const shared = { host, port, connectTimeout: CONNECT_TIMEOUT, reconnectStrategy: false } as const;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    name,
    database,
    RESP: 3 as const,
    socket: tls ? { ...shared, tls: true as const } : shared,
    disableOfflineQueue: true,
    maintNotifications: 'disabled' as const,
    // Timers of our own, one for all commands. `36` and `37` are bulk strings and maps.
    commandOptions: { timeout: 0, typeMapping: { 36: Buffer, 37: Array } as never },
  };
}

function rethrow(error: Error): never {
  throw refusalOf(error);
}

function refusalOf(error: Error): Error {
  if (error instanceof ReplyError || error instanceof RouterError) return error;
  const isReply = /^[A-Z]+ /.test(error.message);
  return isReply
    ? new ReplyError(error.message)
    : new RouterError('unavailable', 'Redis is away', { cause: error });
}

function noAnswer(): RouterError {
  return new RouterError('unavailable', 'Redis does not answer in time');
}
