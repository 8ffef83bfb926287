import { type AdminApi, type ApiFault, asFault, type Query } from './api.js';
import type { StreamEvent } from './event-reader.js';

export interface StreamWish {
  readonly path: string;
  readonly query: Query;
  /** Whether to begin again when it ends; for streams whose end means nothing. */
  readonly isEndless: boolean;
}

export interface StreamListener {
  /** What arrived together. */
  took(events: readonly StreamEvent[]): void;
  ended(fault: ApiFault | undefined): void;
}

/** Milliseconds until a stream that broke is asked for again. */
const PAUSE = 2_000;

/** One stream until it is stopped, over as many connections as it takes. */
export class StreamRun {
  readonly #api: AdminApi;
  readonly #wish: StreamWish;
  readonly #listener: StreamListener;
  readonly #end = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: AdminApi, wish: StreamWish, listener: StreamListener) {
    this.#api = api;
    this.#wish = wish;
    this.#listener = listener;
  }

  /** Never throws. */
  async start(): Promise<void> {
    const fault = await this.#read();
    if (this.#end.signal.aborted) return;
    this.#listener.ended(fault);
    const isWorthIt = fault === undefined || fault.status === 0 || fault.status >= 500;
    if (this.#wish.isEndless && isWorthIt) this.#timer = setTimeout(() => void this.start(), PAUSE);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#end.abort();
  }

  async #read(): Promise<ApiFault | undefined> {
    const { signal } = this.#end;
    const { path, query } = this.#wish;
    try {
      for await (const events of this.#api.stream(path, query, signal)) {
        if (signal.aborted) return undefined;
        this.#listener.took(events);
      }
      return undefined;
    } catch (error) {
      return asFault(error);
    }
  }
}
