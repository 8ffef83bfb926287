import { every } from '../../core/interval.js';
import { Slots } from '../slots.js';

/** Milliseconds that a call may be late to be found out. */
const RESOLUTION = 50;

/** A call that does not wait for ever. */
export interface Expiring {
  /** When, in milliseconds of `CallTimeouts.now`; may be put off at any time. */
  readonly expires: number;
  /** For `CallTimeouts`: where the call is watched. */
  watch: Watch | undefined;
  expire(): void;
}

/** A place among the calls that are looked at in one moment. */
interface Watch {
  readonly calls: Slots<Expiring>;
  readonly place: number;
}

/** Finds calls whose time is over, with one timer for all and with none while nobody waits. */
export class CallTimeouts {
  readonly #byTick = new Map<number, Slots<Expiring>>();
  readonly #failed: (error: unknown) => void;
  #size = 0;
  #past = tickOf(performance.now());
  #stop: (() => void) | undefined;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get size(): number {
    return this.#size;
  }

  now(): number {
    return performance.now();
  }

  watch(call: Expiring): void {
    this.forget(call);
    this.#start();
    const tick = Math.max(this.#past + 1, Math.ceil(call.expires / RESOLUTION));
    const calls = this.#byTick.get(tick) ?? new Slots();
    this.#byTick.set(tick, calls);
    call.watch = { calls, place: calls.add(call) };
    this.#size++;
  }

  forget(call: Expiring): void {
    if (call.watch === undefined) return;
    call.watch.calls.delete(call.watch.place);
    call.watch = undefined;
    this.#size--;
  }

  #start(): void {
    if (this.#stop !== undefined) return;
    this.#past = tickOf(this.now());
    this.#stop = every(RESOLUTION, () => this.#tick(), this.#failed);
  }

  /** A call that was put off is not moved until it comes up: parts of a result cost nothing here. */
  #tick(): void {
    const now = this.now();
    for (const call of this.#takeDue(tickOf(now))) {
      if (call.expires > now) this.watch(call);
      else this.#expire(call);
    }
    if (this.#size > 0) return;
    this.#byTick.clear();
    this.#stop?.();
    this.#stop = undefined;
  }

  #takeDue(present: number): readonly Expiring[] {
    const due: Expiring[] = [];
    while (this.#past < present) {
      this.#past++;
      for (const call of this.#byTick.get(this.#past)?.list() ?? []) due.push(call);
      this.#byTick.delete(this.#past);
    }
    for (const call of due) this.forget(call);
    return due;
  }

  #expire(call: Expiring): void {
    try {
      call.expire();
    } catch (error) {
      this.#failed(error);
    }
  }
}

function tickOf(time: number): number {
  return Math.floor(time / RESOLUTION);
}
