import type { Clock } from './options.js';
import { SyncError } from './sync-error.js';

interface Call {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: SyncError) => void;
  readonly timer: unknown;
  sent: boolean;
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
    this.#pending.set(id, { ...settle, timer: this.#clock.setTimeout(late, timeout), sent: false });
    return id;
  }

  /** False if the call is settled and need not be sent. */
  sent(id: string): boolean {
    const call = this.#pending.get(id);
    if (call) call.sent = true;
    return call !== undefined;
  }

  resolve(id: string, result: unknown): void {
    this.#take(id)?.resolve(result);
  }

  reject(id: string, error: SyncError): void {
    this.#take(id)?.reject(error);
  }

  /** Rejects what was sent and will not be answered any more. */
  lost(reason: string): void {
    for (const [id, call] of [...this.#pending]) {
      if (call.sent) this.reject(id, new SyncError('connection_lost', reason));
    }
  }

  #take(id: string): Call | undefined {
    const call = this.#pending.get(id);
    if (call) this.#clock.clearTimeout(call.timer);
    this.#pending.delete(id);
    return call;
  }
}
