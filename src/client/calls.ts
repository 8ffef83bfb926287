import type { Clock } from './options.js';
import { SyncError } from './sync-error.js';

interface Call {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: SyncError) => void;
  readonly timer: unknown;
}

/** The calls that wait for an answer. Each is settled: by the server, by time, or by the end of the connection. */
export class Calls {
  readonly #pending = new Map<string, Call>();
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens a call that `settle` settles; returns its id. */
  open(timeout: number, settle: Pick<Call, 'resolve' | 'reject'>): string {
    const id = `call-${++this.#count}`;
    const late = () => this.reject(id, new SyncError('timeout', `no answer within ${timeout} ms`));
    this.#pending.set(id, { ...settle, timer: this.#clock.setTimeout(late, timeout) });
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

  /** Rejects them all: when a connection ends, each was sent on it. */
  lost(reason: string): void {
    for (const id of [...this.#pending.keys()]) this.reject(id, new SyncError('connection_lost', reason));
  }

  #take(id: string): Call | undefined {
    const call = this.#pending.get(id);
    if (call) this.#clock.clearTimeout(call.timer);
    this.#pending.delete(id);
    return call;
  }
}
