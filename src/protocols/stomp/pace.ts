import type { Connection } from '../../core/connection.js';
import type { Frame } from '../../core/frame.js';

/** Makes a message at the moment when it goes out; undefined for one that nobody wants any more. */
type Making = () => Frame | undefined;

/**
 * Sends messages of queues no faster than one peer takes them: what it has been given and has not read yet waits here, and
 * not where it would count as a slow consumer.
 */
export class Pace {
  readonly #connection: Connection;
  /** Octets that may be on their way. */
  readonly #ahead: number;
  #octets = 0;
  #waiting: Making[] = [];

  constructor(connection: Connection, ahead: number) {
    this.#connection = connection;
    this.#ahead = ahead;
  }

  /** In the order given. */
  send(make: Making): void {
    if (this.#octets >= this.#ahead) this.#waiting.push(make);
    else this.#send(make);
  }

  #send(make: Making): void {
    const frame = make();
    if (frame === undefined) return;
    const isFirst = this.#octets === 0;
    this.#connection.send(frame);
    if (this.#connection.whenSent === undefined) return;
    this.#octets += frame.bytes.length;
    if (isFirst) this.#connection.whenSent(() => this.#sent());
  }

  /** What was sent is on its way, and what waits may follow. */
  #sent(): void {
    this.#octets = 0;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const make of waiting) this.send(make);
  }
}
