import { AssertionError } from 'node:assert';
import { parseDuration } from '../core/units.js';
import { ControlledTimers } from './controlled-timers.js';
import { settled, turn } from './real-time.js';

/** The one that the applications of this process share, and how many they are. */
let shared: { readonly timers: ControlledTimers; users: number } | undefined;

/**
 * The time of a test. Controlled, it stands still until `advance`; timers, `Date` and `performance.now` of the whole process
 * go by it, so those of handlers, too. Applications that are open at once share it.
 */
export class TestClock {
  readonly #timers: ControlledTimers | undefined;

  /** Begins at a time, or now; `real` leaves time alone. */
  constructor(begin: 'real' | Date | undefined) {
    if (begin === 'real') return;
    if (shared === undefined) {
      shared = { timers: new ControlledTimers((begin ?? new Date()).getTime()), users: 0 };
      shared.timers.install();
    }
    shared.users++;
    this.#timers = shared.timers;
  }

  get isControlled(): boolean {
    return this.#timers !== undefined;
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#timers?.now ?? Date.now();
  }

  /**
   * Lets time pass, such as `'50s'` or milliseconds: every timer runs at its time, and what it begins goes as far as it goes
   * without waiting for anything outside. Throws where the clock is real.
   */
  async advance(time: string | number): Promise<void> {
    const timers = this.#timers;
    if (timers === undefined) throw new Error("this clock is real: leave out clock: 'real' to advance it");
    const end = timers.now + (typeof time === 'number' ? time : parseDuration(time));
    await settled();
    for (let next = timers.next; next !== undefined && next.due <= end; next = timers.next) {
      timers.run(next);
      await turn();
    }
    timers.now = end;
    await settled();
  }

  /** What to try where nothing happens; nothing for a real clock. */
  get hint(): string {
    const next = this.#timers?.next;
    if (next === undefined) return '';
    return `; the clock stands still, and its next timer is due in ${next.due - this.now} ms: app.clock.advance('1s')`;
  }

  /** Gives the time back. Throws an `AssertionError` that names the timers which the last application has left behind. */
  release(): void {
    if (this.#timers === undefined || shared === undefined || --shared.users > 0) return;
    const left = this.#timers.pending;
    this.#timers.uninstall();
    shared = undefined;
    if (left.length === 0) return;
    const lines = left.map(({ interval, delay, askedBy }) => {
      const what = interval === undefined ? `a timeout of ${delay} ms` : `an interval of ${delay} ms`;
      return `  ${what}, asked for by ${askedBy}`;
    });
    throw new AssertionError({
      message: [`the application has ended, and these timers have not:`, ...lines].join('\n'),
    });
  }
}
