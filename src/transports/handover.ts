import type { Duplex } from 'node:stream';

const NOTHING = Buffer.alloc(0);

type WriteCallback = (error?: Error | null) => void;

/** Those who wait until what was sent is with the operating system, for connections that send once per tick. */
export class Handover {
  readonly #socket: Duplex;
  #waiting: (() => void)[] = [];

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** For what is sent at the end of this tick. */
  add(done: () => void): void {
    this.#waiting.push(done);
  }

  /** For what the socket has been given. */
  follow(done: () => void): void {
    if (this.#socket.writableLength === 0) queueMicrotask(done);
    else this.#socket.write(NOTHING, this.#once([done]));
  }

  /** The callback of the tick's write; undefined where nobody waits for it. */
  take(): WriteCallback | undefined {
    if (this.#waiting.length === 0) return undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    return this.#once(waiting);
  }

  /** A socket that is reset calls writes done that never were. */
  #once(waiting: readonly (() => void)[]): WriteCallback {
    return (error) => {
      if (error || this.#socket.destroyed) return;
      for (const done of waiting) done();
    };
  }
}
