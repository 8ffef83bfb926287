import { createSync, type ProtocolName, type Sync, type SyncOptions } from '../../client/node.js';
import { NumberSet } from './number-set.js';

/** Connections that are opened at once. */
const WAVE = 50;

export interface SubscribersOptions {
  readonly url: string;
  readonly channel: string;
  readonly count: number;
  readonly protocol: ProtocolName | undefined;
  /** Gets a ticket for the connection of this number, each time that it is made; undefined for nobody in particular. */
  readonly ticket: ((n: number) => Promise<string>) | undefined;
  /** What connections are made with, where they send a key. */
  readonly WebSocket: SyncOptions['WebSocket'] | undefined;
  received(payload: unknown, by: Subscriber): void;
}

/** One of them, and what it was told. */
export interface Subscriber {
  readonly sync: Sync;
  /** Numbers of the publications that it got. */
  readonly seen: NumberSet;
  /** Whether it was told, after it came back, that it has missed nothing. */
  hasRecovered: boolean;
  /** Whether it was told that it has missed something. */
  hasGap: boolean;
}

/** Clients that listen to one channel. */
export class Subscribers {
  readonly #options: SubscribersOptions;
  readonly #all: Subscriber[] = [];
  #lost = 0;
  #refusal: string | undefined;

  constructor(options: SubscribersOptions) {
    this.#options = options;
  }

  get all(): readonly Subscriber[] {
    return this.#all;
  }

  /** Connections that were lost since they were opened. */
  get lost(): number {
    return this.#lost;
  }

  /** Resolves when all are subscribed. Throws an `Error` with the refusal of the first that is not let in. */
  async open(): Promise<void> {
    while (this.#all.length < this.#options.count) {
      const wave = Math.min(WAVE, this.#options.count - this.#all.length);
      const first = this.#all.length;
      await Promise.all(Array.from({ length: wave }, (_, n) => this.#open(first + n)));
    }
  }

  /** All connections end and come back at once. Resolves to the milliseconds that each took to be subscribed again. */
  async storm(): Promise<readonly number[]> {
    const lost = this.#lost;
    const begun = performance.now();
    const times = await Promise.all(
      this.#all.map(async ({ sync }) => {
        sync.reconnect();
        await this.#subscribed(sync);
        return performance.now() - begun;
      }),
    );
    this.#lost = lost;
    return times;
  }

  close(): void {
    for (const { sync } of this.#all) sync.close();
  }

  async #open(n: number): Promise<void> {
    const { url, ticket, channel, protocol, WebSocket, received } = this.#options;
    const sync = createSync({
      url: url.replace(/^http/, 'ws'),
      protocol,
      ...(ticket && { ticket: () => ticket(n) }),
      ...(WebSocket && { WebSocket }),
    });
    const subscriber = { sync, seen: new NumberSet(), hasRecovered: false, hasGap: false };
    this.#all.push(subscriber);
    sync.on('error', ({ code, message }) => {
      this.#refusal ??= `${code}: ${message}`;
    });
    sync.on('connection_lost', () => void this.#lost++);
    sync.on('recovered', () => void (subscriber.hasRecovered = true));
    sync.on('gap', () => void (subscriber.hasGap = true));
    sync.subscribe(channel, (payload) => received(payload, subscriber));
    await Promise.race([this.#subscribed(sync), unreachable(sync, url)]);
  }

  /** Requests of a peer are answered in order: after an answer the subscription is there, or was refused. */
  async #subscribed(sync: Sync): Promise<void> {
    await sync.identity().catch((error: Error) => {
      this.#refusal ??= error.message;
    });
    if (this.#refusal !== undefined) throw new Error(this.#refusal);
  }
}

/** Never resolves. Rejects where the first attempt to connect fails: others would, too. */
function unreachable(sync: Sync, url: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    sync.on('connection_lost', ({ reason, delay }) => {
      if (delay !== undefined) reject(new Error(`no connection to ${url}${reason && `: ${reason}`}`));
    });
  });
}
