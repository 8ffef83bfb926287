import { onTestFinished } from 'vitest';
import { EventStreamReader } from './event-stream.js';

/** A client of `/sse`, without a browser. Ended with its test. */
export class StreamClient {
  readonly status: number;
  readonly headers: Headers;
  readonly reader = new EventStreamReader();
  /** What was said in place of a stream. */
  body = '';
  hasEnded = false;
  readonly #abort: AbortController;

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#abort = abort;
  }

  /** Resolves when there is an answer: a stream, or all of a refusal. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<StreamClient> {
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const response = await fetch(url, { headers, signal: abort.signal });
    const client = new StreamClient(response, abort);
    if (response.ok) void client.#read(response);
    else client.body = await response.text();
    return client;
  }

  get error(): Readonly<Record<string, unknown>> {
    return (JSON.parse(this.body) as { error: Readonly<Record<string, unknown>> }).error;
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(response: Response): Promise<void> {
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
        this.reader.read(chunk);
    } catch {
      // Cut, by either side.
    }
    this.hasEnded = true;
  }
}
