import type { OpenBody } from '../../../core/http.js';
import { writeJson } from '../../../core/json-values.js';

/** Octets that may wait for a reader; one that takes less than that is dropped. */
const MOST_WAITING = 262_144;
/** Looks, one a second, at which something may wait before the reader is taken for gone. */
const PATIENCE = 10;
/** Looks without anything sent after which something is. */
const SILENCE = 10;

/** One event, as a browser reads it. [HTML §9.2.6] */
export function writeEvent(name: string, value: unknown): string {
  return `event: ${name}\ndata: ${writeJson(value)}\n\n`;
}

/** A stream of events to an operator, who may go at any time and may not fall behind. */
export class EventStream {
  readonly #body: OpenBody;
  #isOver = false;
  #stuck = 0;
  #silent = 0;

  constructor(body: OpenBody) {
    this.#body = body;
    this.whenEnded(() => {
      this.#isOver = true;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Octets that wait to be sent. */
  get waiting(): number {
    return this.#body.waiting;
  }

  send(name: string, value: unknown): void {
    this.write(writeEvent(name, value));
  }

  /** Events that are written already. */
  write(events: string | Buffer): void {
    if (this.#isOver) return;
    this.#silent = 0;
    if (this.#body.waiting > MOST_WAITING) this.drop();
    else this.#body.write(events);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#body.end();
  }

  drop(): void {
    this.#isOver = true;
    this.#body.drop();
  }

  whenEnded(listener: () => void): void {
    this.#body.whenEnded(listener);
  }

  /** To be called every second. */
  look(): void {
    this.#stuck = this.#body.waiting === 0 ? 0 : this.#stuck + 1;
    if (this.#stuck > PATIENCE) this.drop();
    else if (++this.#silent > SILENCE) this.write(':\n\n');
  }
}
