import type { Overview, Series } from './answers.js';
import { type AdminApi, ApiFault, asFault } from './api.js';
import type { StreamEvent } from './event-reader.js';

/** Whether the page hears of its server. */
export type Link =
  | { readonly state: 'connecting' | 'live' }
  /** Without `retryAt` it is not tried again before somebody says so. */
  | { readonly state: 'lost'; readonly fault: ApiFault; readonly retryAt: number | undefined };

export interface LiveState {
  readonly link: Link;
  readonly overview: Overview | undefined;
  readonly series: Series | undefined;
  /** How many refusals came by since the page was opened. */
  readonly refusals: number;
}

/** Rows that are kept: five minutes. */
const ROWS = 300;
const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000];

/** What the server says of itself second by second. It comes back by itself, unless the key is refused. */
export class Live {
  readonly #api: AdminApi;
  readonly #denied: (fault: ApiFault) => void;
  readonly #listeners = new Set<() => void>();
  readonly #end = new AbortController();
  #state: LiveState = { link: { state: 'connecting' }, overview: undefined, series: undefined, refusals: 0 };
  #attempts = 0;
  #wake: () => void = () => undefined;

  constructor(api: AdminApi, denied: (fault: ApiFault) => void) {
    this.#api = api;
    this.#denied = denied;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Calls back after each change, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Never throws; ends with `stop`, or with a key that is refused. */
  async start(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const fault = await this.#once();
      if (this.#end.signal.aborted) return;
      if (fault.status === 401 || fault.status === 403) return this.#denied(fault);
      await this.#pause(fault);
    }
  }

  /** Tries now what would be tried later. */
  retry(): void {
    this.#wake();
  }

  stop(): void {
    this.#end.abort();
    this.#wake();
  }

  /** One connection, until it is lost. */
  async #once(): Promise<ApiFault> {
    const { signal } = this.#end;
    try {
      const { series, ...overview } = await this.#api.get<Overview>('overview', {}, signal);
      this.#change({ overview, series });
      for await (const events of this.#api.stream('stream', {}, signal)) this.#take(events);
      return new ApiFault(0, 'ended', 'the server has ended the stream');
    } catch (error) {
      return asFault(error);
    }
  }

  #take(events: readonly StreamEvent[]): void {
    this.#attempts = 0;
    let { overview, series, refusals } = this.#state;
    for (const { event, data } of events) {
      if (event === 'refusal') refusals++;
      if (event !== 'overview') continue;
      overview = data as Overview;
      series = appended(series, overview.row);
    }
    this.#change({ link: { state: 'live' }, overview, series, refusals });
  }

  async #pause(fault: ApiFault): Promise<void> {
    const pause = fault.status === 429 ? undefined : PAUSES[Math.min(this.#attempts++, PAUSES.length - 1)];
    this.#change({ link: { state: 'lost', fault, retryAt: pause && Date.now() + pause } });
    await new Promise<void>((resolve) => {
      const timer = pause === undefined ? undefined : setTimeout(resolve, pause);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    if (!this.#end.signal.aborted) this.#change({ link: { state: 'connecting' } });
  }

  #change(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function appended(series: Series | undefined, row: readonly number[] | undefined): Series | undefined {
  if (series === undefined || row === undefined) return series;
  return { ...series, rows: [...series.rows.slice(1 - ROWS), row] };
}
