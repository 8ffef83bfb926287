import { type AdminApi, type ApiFault, asFault, type Query } from './api.js';

export interface PollWish {
  readonly path: string;
  readonly query: Query;
  /** Milliseconds between an answer and the next question. */
  readonly every: number;
}

export interface PollDesk {
  readonly api: AdminApi;
  /** The key is refused. */
  denied(fault: ApiFault): void;
}

export interface PollListener<T> {
  answered(answer: T): void;
  failed(fault: ApiFault): void;
}

/** Asks the same again and again, but not while the page is hidden. */
export class Poll<T> {
  readonly #desk: PollDesk;
  readonly #wish: PollWish;
  readonly #listener: PollListener<T>;
  readonly #end = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(desk: PollDesk, wish: PollWish, listener: PollListener<T>) {
    this.#desk = desk;
    this.#wish = wish;
    this.#listener = listener;
  }

  /** Never throws. */
  async start(): Promise<void> {
    await this.#ask();
    if (!this.#end.signal.aborted) this.#timer = setTimeout(() => void this.#next(), this.#wish.every);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#end.abort();
  }

  async #next(): Promise<void> {
    if (!document.hidden) return this.start();
    this.#timer = setTimeout(() => void this.#next(), this.#wish.every);
  }

  async #ask(): Promise<void> {
    const { signal } = this.#end;
    const { path, query } = this.#wish;
    try {
      const answer = await this.#desk.api.get<T>(path, query, signal);
      if (!signal.aborted) this.#listener.answered(answer);
    } catch (error) {
      if (!signal.aborted) this.#fail(asFault(error));
    }
  }

  #fail(fault: ApiFault): void {
    if (fault.status === 401) this.#desk.denied(fault);
    else this.#listener.failed(fault);
  }
}
