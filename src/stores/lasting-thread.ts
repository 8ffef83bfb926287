import type { SearchRequest, StoredRows, StoreRequest } from './store-requests.js';
import { StoreThread } from './store-thread.js';

/** Milliseconds for which a file that could not be opened is not tried again: a thread costs more than a refusal. */
const PAUSE = 1000;

/** A thread that is started when it is asked first, and anew where it has ended. */
export class LastingThread {
  readonly #name: string;
  readonly #path: string;
  #life: Promise<StoreThread> | undefined;
  #closed = false;

  /** The name is that of the file that the thread runs. */
  constructor(name: string, path: string) {
    this.#name = name;
    this.#path = path;
  }

  /** Throws where the file cannot be used, or what was asked failed. */
  async ask(request: StoreRequest | SearchRequest): Promise<StoredRows> {
    const thread = await this.open();
    return thread.ask(request);
  }

  open(): Promise<StoreThread> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'));
    this.#life ??= this.#start();
    return this.#life;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const thread = await this.#life?.catch(() => undefined);
    await thread?.close();
  }

  #start(): Promise<StoreThread> {
    const life = StoreThread.open(this.#name, this.#path);
    const forget = () => {
      if (this.#life === life) this.#life = undefined;
    };
    life.then(
      ({ ended }) => ended.then(forget),
      () => setTimeout(forget, PAUSE).unref(),
    );
    return life;
  }
}
