import { retryDelay } from './backoff.js';
import { PublishError } from './publish-error.js';

/** All times in milliseconds. */
export interface PublisherOptions {
  /** Where the server is, as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** A back-end key. Never give it to a browser. */
  readonly key: string;
  /** How long one attempt may take; 5,000. */
  readonly timeout?: number;
  /** How many more attempts follow one that did not reach the server, or that it was not able to answer; 2. */
  readonly retries?: number;
}

/** A channel, or the route and parameters that make one. */
export type Target =
  | string
  | { readonly route: string; readonly params?: Readonly<Record<string, string | number>> };

export interface PublishOptions {
  /** Session ids left out. */
  readonly exclude?: readonly string[];
  /** If not empty, only these session ids. */
  readonly eligible?: readonly string[];
  /** The same key publishes once; made up if not given, so that a retry is safe. */
  readonly idempotencyKey?: string;
}

/** One message of a batch. */
export interface Message extends PublishOptions {
  readonly to: Target;
  readonly payload: unknown;
}

/** What the server says of an accepted publication. */
export interface Published {
  readonly channel: string;
  /** `null` where nothing was delivered. */
  readonly id: string | null;
  /** Offset and epoch are `null` on a route without history. */
  readonly offset: number | null;
  readonly epoch: string | null;
  /** True if the idempotency key had been used: nothing was delivered again. */
  readonly duplicate: boolean;
  /** True if the channel had a version as new: nothing was delivered. */
  readonly superseded: boolean;
}

/** Publishes over HTTP from a back end. */
export interface Publisher {
  /** Throws a `PublishError`. */
  publish(to: Target, payload: unknown, options?: PublishOptions): Promise<Published>;
  /** One result for each message, in order. Throws a `PublishError` only if the whole batch failed. */
  publishAll(messages: readonly Message[]): Promise<readonly (Published | PublishError)[]>;
}

/** The pauses between attempts: long enough for a restarting server, short enough for a web request. */
const BACKOFF = { minRetryDelay: 200, maxRetryDelay: 2_000 };

/** Statuses that say nothing about the publication itself. */
const PASSING = [502, 503, 504];

/** The server's answer for one message of a batch. */
type Result = Published | { readonly error: ErrorBody };

interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** A client of `POST /api/publish`. */
export function createPublisher(options: PublisherOptions): Publisher {
  const endpoint = new Endpoint(options);
  return {
    publish: async (to, payload, details = {}) =>
      (await endpoint.post(bodyOf({ ...details, to, payload }))) as Published,
    publishAll: async (messages) => {
      const { results } = (await endpoint.post({ messages: messages.map(bodyOf) })) as { results: Result[] };
      return results.map((result) => ('error' in result ? refusalOf(result.error) : result));
    },
  };
}

class Endpoint {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeout: number;
  readonly #retries: number;

  constructor({ url, key, timeout = 5_000, retries = 2 }: PublisherOptions) {
    this.#url = `${url.replace(/\/+$/, '')}/api/publish`;
    this.#headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    this.#timeout = timeout;
    this.#retries = retries;
  }

  /** The answer to this body. The body has idempotency keys, so sending it again is safe. */
  async post(body: unknown): Promise<unknown> {
    const text = JSON.stringify(body);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(text);
      } catch (error) {
        if (attempt >= this.#retries || !isPassing(error)) throw error;
        await pause(retryDelay(attempt, BACKOFF, Math.random));
      }
    }
  }

  async #attempt(body: string): Promise<unknown> {
    const { status, text } = await this.#exchange(body);
    const answer = parse(text, status);
    if (status !== 200) throw refusalOf((answer as { error?: ErrorBody }).error, status);
    return answer;
  }

  async #exchange(body: string): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const signal = AbortSignal.timeout(this.#timeout);
      const response = await fetch(this.#url, { method: 'POST', headers: this.#headers, body, signal });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      const message = `no answer from ${this.#url}: ${reasonOf(cause)}`;
      throw new PublishError('unreachable', message, { cause, hint: 'check that the server runs' });
    }
  }
}

function bodyOf({ to, payload, exclude, eligible, idempotencyKey }: Message): unknown {
  const target = typeof to === 'string' ? { channel: to } : { route: to.route, params: texts(to.params) };
  const key = idempotencyKey ?? crypto.randomUUID();
  return { ...target, payload: payload ?? null, exclude, eligible, idempotency_key: key };
}

function texts(params: Readonly<Record<string, string | number>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

function parse(text: string, status: number): unknown {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch {
    // a proxy answered, or another server
  }
  const hint = 'check that the url is that of a signalbox server';
  throw new PublishError('bad_response', `status ${status} without a JSON object`, { status, hint });
}

function refusalOf(error: Partial<ErrorBody> | undefined, status?: number): PublishError {
  const { code = 'bad_response', message = `status ${status}`, hint } = error ?? {};
  return new PublishError(code, message, { hint, status });
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof PublishError)) return false;
  // A handler that was too slow may have published all the same: its `timeout` is an answer.
  if (error.code === 'timeout') return false;
  return error.code === 'unreachable' || PASSING.includes(error.status ?? 0);
}

/** `fetch` hides why a connection failed in the cause of its error. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return cause?.message || message || String(error);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
