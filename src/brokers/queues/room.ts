import { overLimit } from '../../core/errors.js';

/** Messages, and octets of memory, that queues may hold together. */
export interface RoomLimits {
  readonly queueMessages: number;
  readonly queueSize: number;
}

/** What some queues hold of the room that there is for them: all of it, or `part`. */
export class Room {
  readonly #limits: RoomLimits;
  readonly #part: number;
  #messages = 0;
  #octets = 0;

  constructor(limits: RoomLimits, part = 1) {
    this.#limits = limits;
    this.#part = part;
  }

  get messages(): number {
    return this.#messages;
  }

  /** Throws `limit_exceeded` where one more message does not fit. */
  check(octets: number): void {
    const { queueMessages, queueSize } = this.#limits;
    if (this.#messages >= queueMessages * this.#part)
      throw this.#full('limits.queue_messages', queueMessages);
    if (this.#octets + octets > queueSize * this.#part) throw this.#full('limits.queue_size', queueSize);
  }

  /** One message has come, or gone. */
  count(change: 1 | -1, octets: number): void {
    this.#messages += change;
    this.#octets += change * octets;
  }

  #full(limit: string, most: number): Error {
    const what =
      this.#part === 1 ? `${limit} of ${most} is` : `${this.#part * 100}% of ${limit} of ${most} are`;
    return overLimit(limit, `${what} reached`);
  }
}
