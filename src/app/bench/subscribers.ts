import { createSync, type Sync } from '../../client/node.js';

/** Connections that are opened at once. */
const WAVE = 50;

export interface SubscribersOptions {
  readonly url: string;
  readonly channel: string;
  readonly count: number;
  /** Gets a ticket for each connection; undefined for nobody in particular. */
  readonly ticket: (() => Promise<string>) | undefined;
  received(payload: unknown): void;
}

/** Clients that listen to one channel. */
export class Subscribers {
  readonly #options: SubscribersOptions;
  readonly #syncs: Sync[] = [];
  #lost = 0;
  #refusal: string | undefined;

  constructor(options: SubscribersOptions) {
    this.#options = options;
  }

  /** Connections that were lost since they were opened. */
  get lost(): number {
    return this.#lost;
  }

  /** Resolves when all are subscribed. Throws an `Error` with the refusal of the first that is not let in. */
  async open(): Promise<void> {
    while (this.#syncs.length < this.#options.count) {
      const wave = Math.min(WAVE, this.#options.count - this.#syncs.length);
      await Promise.all(Array.from({ length: wave }, () => this.#open()));
    }
  }

  /** All connections end and come back at once. Resolves to the milliseconds that each took to be subscribed again. */
  async storm(): Promise<readonly number[]> {
    const lost = this.#lost;
    const begun = performance.now();
    const times = await Promise.all(
      this.#syncs.map(async (sync) => {
        sync.reconnect();
        await this.#subscribed(sync);
        return performance.now() - begun;
      }),
    );
    this.#lost = lost;
    return times;
  }

  close(): void {
    for (const sync of this.#syncs) sync.close();
  }

  async #open(): Promise<void> {
    const { url, ticket, channel, received } = this.#options;
    const sync = createSync({ url: url.replace(/^http/, 'ws'), ...(ticket && { ticket }) });
    this.#syncs.push(sync);
    sync.on('error', ({ code, message }) => {
      this.#refusal ??= `${code}: ${message}`;
    });
    sync.on('connection_lost', () => void this.#lost++);
    sync.subscribe(channel, received);
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
