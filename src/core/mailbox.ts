import { isPromise, type MaybePromise } from './maybe-promise.js';

/** The owner of a mailbox: handles one message at a time and never throws. */
export interface Recipient<M> {
  handle(message: M): MaybePromise<void>;
  /** The mailbox is full: take no more from the peer until `drained`. */
  overfilled(): void;
  drained(): void;
}

/**
 * One peer's requests, in order. A synchronous request runs at once and costs no promise; while an asynchronous
 * one runs, later ones wait. From `limit` waiting requests on, the peer is not read.
 */
export class Mailbox<M> {
  readonly #recipient: Recipient<M>;
  readonly #limit: number;
  #waiting: M[] | undefined;
  #busy = false;
  #full = false;
  #closed = false;

  constructor(recipient: Recipient<M>, limit = 64) {
    this.#recipient = recipient;
    this.#limit = limit;
  }

  push(message: M): void {
    if (this.#closed) return;
    if (this.#busy) {
      this.#keep(message);
      return;
    }
    const done = this.#recipient.handle(message);
    if (isPromise(done)) void this.#drain(done);
  }

  /** Drops what waits and takes nothing more. The peer is read again, or the end of its connection were not heard. */
  close(): void {
    this.#closed = true;
    this.#waiting = undefined;
    this.#relieve();
  }

  #keep(message: M): void {
    this.#waiting ??= [];
    this.#waiting.push(message);
    if (this.#full || this.#waiting.length < this.#limit) return;
    this.#full = true;
    this.#recipient.overfilled();
  }

  async #drain(first: Promise<void>): Promise<void> {
    this.#busy = true;
    await first;
    while (this.#waiting !== undefined && this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = undefined;
      for (const message of batch) {
        if (this.#closed) return;
        await this.#recipient.handle(message);
      }
    }
    this.#busy = false;
    this.#relieve();
  }

  #relieve(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#recipient.drained();
  }
}
