import { NumberSet } from './number-set.js';
import type { Peer, PeerOptions } from './peer.js';
import { type BenchProtocol, peerOf } from './peers.js';

/** Connections that are opened at once. */
const WAVE = 50;

export interface SubscribersOptions extends Omit<PeerOptions, 'ticket'> {
  readonly count: number;
  readonly protocol: BenchProtocol | undefined;
  /** Gets a ticket for the connection of this number, each time that it is made; undefined for nobody in particular. */
  readonly ticket: ((n: number) => Promise<string>) | undefined;
  received(payload: unknown, by: Subscriber): void;
}

/** One of them, and what it was told. */
export interface Subscriber {
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
  readonly #peers: Peer[] = [];
  #lost = 0;
  #subscribed = 0;

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
      this.#peers.map(async (peer) => {
        await peer.comeBack();
        return performance.now() - begun;
      }),
    );
    this.#lost = lost;
    return times;
  }

  close(): void {
    for (const peer of this.#peers) peer.close();
  }

  async #open(n: number): Promise<void> {
    const { ticket, protocol, received, ...options } = this.#options;
    const subscriber: Subscriber = { seen: new NumberSet(), hasRecovered: false, hasGap: false };
    const peer = peerOf(
      protocol,
      { ...options, ticket: ticket && (() => ticket(n)) },
      {
        received: (payload) => received(payload, subscriber),
        resumed: (isWhole) => {
          if (isWhole) subscriber.hasRecovered = true;
          else subscriber.hasGap = true;
        },
        lost: () => void this.#lost++,
      },
    );
    this.#all.push(subscriber);
    this.#peers.push(peer);
    await peer.open().catch((error: Error) => this.#fail(error));
    this.#subscribed++;
  }

  /** Where others were let in before, it is a limit that is in the way. */
  #fail({ message }: Error): never {
    const { count, url } = this.#options;
    if (this.#subscribed === 0) throw new Error(message);
    const before = `${this.#subscribed} of ${count} were let in before it`;
    throw new Error(`${message}\n${before}: signalbox doctor --url ${url} shows what limits the server`);
  }
}
