import { RouterError } from '../../../core/errors.js';
import type { HttpReply, OpenBody } from '../../../core/http.js';
import { EventStream } from './event-stream.js';

/** Streams of all operators together. */
const MOST = 8;
const SECOND = 1000;

/** Nothing that stands between may keep the events, or make other octets of them. */
const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/** The open streams of operators, at most 8. */
export class OperatorStreams {
  readonly #open = new Set<EventStream>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  get size(): number {
    return this.#open.size;
  }

  /** A reply that goes on; `begin` is called when it has begun. Throws `limit_exceeded` for one too many. */
  reply(begin: (stream: EventStream) => void): HttpReply {
    this.#check();
    return { status: 200, headers: HEAD, open: (body) => this.#begin(body, begin) };
  }

  /** Ends all of them, and takes no more. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#open) stream.end();
  }

  #check(): void {
    if (this.#isClosed) throw new RouterError('unavailable', 'the server is about to stop');
    if (this.#open.size < MOST) return;
    throw new RouterError('limit_exceeded', `${MOST} streams of operators are open already`, {
      hint: 'close one of them: a page of /admin that is open has one',
    });
  }

  /** Others may have begun since it was checked. */
  #begin(body: OpenBody, begin: (stream: EventStream) => void): void {
    const stream = new EventStream(body);
    if (this.#isClosed || this.#open.size >= MOST) {
      stream.end();
      return;
    }
    this.#open.add(stream);
    this.#timer ??= setInterval(() => this.#look(), SECOND).unref();
    stream.whenEnded(() => this.#ended(stream));
    begin(stream);
  }

  #ended(stream: EventStream): void {
    this.#open.delete(stream);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    for (const stream of this.#open) stream.look();
  }
}
