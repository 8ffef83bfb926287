import { RouterError } from '../../../core/errors.js';
import type { HttpReply, OpenBody } from '../../../core/http.js';
import { countLimit, type Meter } from '../../../core/meter.js';
import { EventStream } from './event-stream.js';

const SECOND = 1000;

/** Nothing that stands between may keep the events, or make other octets of them. */
const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

export interface OperatorStreamParts {
  /** Streams of all operators together. */
  readonly most: number;
  readonly meter: Meter;
}

const LIMIT = 'admin.streams';

/**
 * The open streams of operators. One too many ends the oldest: pages that somebody has forgotten, or whose computer sleeps, keep
 * nobody out who has to look now.
 */
export class OperatorStreams {
  readonly #parts: OperatorStreamParts;
  /** The oldest first. */
  readonly #open = new Set<EventStream>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: OperatorStreamParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#open.size;
  }

  /** A reply that goes on; `begin` is called when it has begun. Throws `unavailable` when the server is about to stop. */
  reply(begin: (stream: EventStream) => void): HttpReply {
    if (this.#isClosed) throw new RouterError('unavailable', 'the server is about to stop');
    return { status: 200, headers: HEAD, open: (body) => this.#begin(body, begin) };
  }

  /** Ends all of them, and takes no more. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#open) stream.end();
  }

  /** The server may have begun to stop since it was asked. */
  #begin(body: OpenBody, begin: (stream: EventStream) => void): void {
    const stream = new EventStream(body);
    if (this.#isClosed) {
      stream.end();
      return;
    }
    if (this.#open.size >= this.#parts.most) this.#endOldest();
    this.#open.add(stream);
    this.#timer ??= setInterval(() => this.#look(), SECOND).unref();
    stream.whenEnded(() => this.#ended(stream));
    begin(stream);
  }

  #endOldest(): void {
    const [oldest] = this.#open;
    if (oldest === undefined) return;
    countLimit(this.#parts.meter, { limit: LIMIT });
    oldest.send('ended', {
      code: 'limit_exceeded',
      reason: `another operator came, and ${LIMIT} of ${this.#parts.most} are open: this one was the oldest`,
      hint: `close pages of /admin that nobody needs, or set ${LIMIT} higher`,
    });
    this.#open.delete(oldest);
    oldest.end();
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
