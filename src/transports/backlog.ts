import { DISCONNECT, type Disconnect } from '../core/errors.js';
import type { Meter } from '../core/meter.js';

/** A connection in which something may wait to be sent. */
export interface Waiting {
  /** What it has been given to send, and what of that has gone, in a unit of its own. */
  readonly given: number;
  readonly gone: number;
  drop(why: Disconnect): void;
}

/** Milliseconds between two looks. */
const TICK = 1000;

/**
 * Ends connections whose peers take nothing: in which something has waited for longer than `limits.buffer_time`. A connection in
 * which nothing waits costs nothing, and a process that stood still has not made anybody slow: looks are counted, not time.
 */
export class Backlog {
  readonly #looks: number;
  readonly #meter: Meter;
  /** Of each what it had been given at the last looks, oldest first. */
  readonly #watched = new Map<Waiting, number[]>();
  #timer: NodeJS.Timeout | undefined;

  /** `time` is in milliseconds; whole seconds are used. */
  constructor(time: number, meter: Meter) {
    this.#looks = Math.max(1, Math.round(time / TICK));
    this.#meter = meter;
  }

  /** Connections in which something waits. */
  get size(): number {
    return this.#watched.size;
  }

  /** Something waits in the connection. */
  watch(connection: Waiting): void {
    if (this.#watched.has(connection)) return;
    this.#watched.set(connection, []);
    this.#timer ??= setInterval(() => this.#look(), TICK).unref();
  }

  /** It has ended. */
  forget(connection: Waiting): void {
    if (this.#watched.delete(connection)) this.#rest();
  }

  #look(): void {
    for (const [connection, marks] of this.#watched) {
      const { given, gone } = connection;
      if (gone >= given) this.#watched.delete(connection);
      else if (marks.length === this.#looks && gone < (marks.shift() ?? 0)) this.#end(connection);
      else marks.push(given);
    }
    this.#rest();
  }

  #end(connection: Waiting): void {
    this.#watched.delete(connection);
    this.#meter.count('signalbox_limits_reached_total', { limit: 'limits.buffer_time' });
    connection.drop(DISCONNECT.stalled);
  }

  #rest(): void {
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
