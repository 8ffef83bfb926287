/** A connection that can be asked whether it is still there. */
export interface Beating {
  /** Seconds of the wheel at which it is asked. */
  slot: number;
  ping(): void;
  /** Called `pongTimeout` after a ping: ends the connection if it has said nothing since. */
  expectAnswer(): void;
}

/**
 * Pings every connection once per interval, a part of them each second, and looks for the answers a while later.
 * One timer serves all, so an idle connection costs two calls per interval and nothing in between.
 */
export class Heartbeat {
  readonly #slots: Set<Beating>[];
  readonly #delay: number;
  #now = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Whole seconds are used; an answer is looked for at the latest one second before the next ping. */
  constructor(options: { interval: number; pongTimeout: number }) {
    const seconds = Math.max(2, Math.round(options.interval / 1000));
    this.#slots = Array.from({ length: seconds }, () => new Set());
    this.#delay = Math.min(seconds - 1, Math.max(1, Math.round(options.pongTimeout / 1000)));
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#beat(), 1000).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  add(connection: Beating): void {
    connection.slot = this.#now;
    this.#slots[this.#now]?.add(connection);
  }

  delete(connection: Beating): void {
    this.#slots[connection.slot]?.delete(connection);
  }

  #beat(): void {
    const { length } = this.#slots;
    this.#now = (this.#now + 1) % length;
    const asked = this.#slots[(this.#now + length - this.#delay) % length] ?? [];
    // After what has arrived was read: where this is late, answers may be waiting.
    setImmediate(() => {
      for (const connection of asked) connection.expectAnswer();
    });
    for (const connection of this.#slots[this.#now] ?? []) connection.ping();
  }
}
