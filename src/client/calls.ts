import type { Clock } from './options.js';
import { SyncError } from './sync-error.js';

/** What a call is, for the one that waits. */
export interface Call {
  /** Milliseconds to the answer, or from one part of it to the next; 0 for no end. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((part: unknown) => void) | undefined;
  /** Hears what `onProgress` throws. */
  readonly failed: (cause: unknown) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: SyncError) => void;
  /** Tells the server that nobody waits any more. */
  readonly cancel: (id: string) => void;
}

interface Pending extends Call {
  readonly abort: () => void;
  timer: unknown;
}

/** The calls that wait for an answer. Each is settled: by the server, by time, by its caller, or by the end of the connection. */
export class Calls {
  readonly #pending = new Map<string, Pending>();
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens a call; returns its id. */
  open(call: Call): string {
    const id = `call-${++this.#count}`;
    const { signal } = call;
    const abort = () => {
      this.#giveUp(id, new SyncError('canceled', 'canceled by the caller', { cause: signal?.reason }));
    };
    this.#pending.set(id, { ...call, abort, timer: this.#startTimer(id, call.timeout) });
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    return id;
  }

  /** False for one that is settled. */
  has(id: string): boolean {
    return this.#pending.has(id);
  }

  resolve(id: string, result: unknown): void {
    this.#take(id)?.resolve(result);
  }

  reject(id: string, error: SyncError): void {
    this.#take(id)?.reject(error);
  }

  /** Hands on a part of the result; the time for the next one begins. */
  progress(id: string, part: unknown): void {
    const call = this.#pending.get(id);
    if (!call) return;
    this.#clock.clearTimeout(call.timer);
    call.timer = this.#startTimer(id, call.timeout);
    try {
      call.onProgress?.(part);
    } catch (cause) {
      call.failed(cause);
    }
  }

  /** Rejects them all: when a connection ends, each was sent on it. */
  lost(reason: string): void {
    for (const id of [...this.#pending.keys()]) this.reject(id, new SyncError('connection_lost', reason));
  }

  #startTimer(id: string, timeout: number): unknown {
    const late = () => this.#giveUp(id, new SyncError('timeout', `no answer within ${timeout} ms`));
    return timeout > 0 ? this.#clock.setTimeout(late, timeout) : undefined;
  }

  #giveUp(id: string, error: SyncError): void {
    this.#pending.get(id)?.cancel(id);
    this.reject(id, error);
  }

  #take(id: string): Pending | undefined {
    const call = this.#pending.get(id);
    this.#clock.clearTimeout(call?.timer);
    call?.signal?.removeEventListener('abort', call.abort);
    this.#pending.delete(id);
    return call;
  }
}
