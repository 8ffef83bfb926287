import { RouterError } from '../../core/errors.js';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../../core/http.js';
import { traceparentOf } from '../../core/trace-context.js';
import { POLL } from './descriptions.js';
import type { ReadingParts } from './history-endpoint.js';
import { Poll } from './poll.js';
import { Query } from './query.js';
import { readerOf } from './reader.js';

export interface PollParts extends ReadingParts {
  /** Octets of the messages in one answer; a single larger one is given all the same. */
  readonly buffer: number;
  /** Counts a request that waits as a connection of its address, until the returned function is called. Throws `limit_exceeded`. */
  readonly enter: (address: string) => () => void;
}

/** Milliseconds that a request waits, unless another time is asked for, and at most. */
const USUAL = 25_000;
const LONGEST = 60_000;

/**
 * `GET /api/poll?channel=news&since=&wait=25s`: what came after a cursor on channels with a history, or what comes within that
 * time, as `{messages, since, recovered}`; without a cursor where they are now. For clients that can do nothing else.
 */
export class PollEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/api/poll';
  readonly description = POLL;
  readonly crossOrigin = true;
  readonly holds = true;
  readonly bodyLimit = 0;
  readonly #parts: PollParts;
  readonly #waiting = new Set<Poll>();
  #isDraining = false;

  constructor(parts: PollParts) {
    this.#parts = parts;
  }

  /** Answers all that wait, and lets no other wait. */
  drain(): void {
    this.#isDraining = true;
    for (const poll of this.#waiting) poll.wake();
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    const { remoteAddress, whenGone } = request;
    if (this.#isDraining) throw new RouterError('unavailable', 'the server is about to stop');
    const leave = this.#parts.enter(remoteAddress);
    try {
      const poll = await this.#read(request);
      this.#waiting.add(poll);
      whenGone?.(() => poll.wake());
      try {
        return reply(await poll.answer());
      } finally {
        this.#waiting.delete(poll);
      }
    } finally {
      leave();
    }
  }

  async #read(request: HttpRequest): Promise<Poll> {
    const { router, authenticator, buffer } = this.#parts;
    const query = new Query(request.url);
    const names = query.channels;
    const since = query.positions('since', names.length);
    const wait = query.duration('wait') ?? USUAL;
    if (wait > LONGEST)
      throw new RouterError('bad_request', `wait is longer than ${LONGEST / 1000}s`, {
        hint: 'ask again when the answer is empty',
      });
    const principal = await readerOf(request, authenticator);
    const { remoteAddress } = request;
    const trace = traceparentOf(request.headers['traceparent']);
    return new Poll(router, { principal, remoteAddress, names, since, wait, trace }, buffer);
  }
}

function reply(body: Buffer): HttpReply {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  return { status: 200, headers, body };
}
