import { EventStreamReader } from '../support/event-stream.js';

/** A stream of an operator, who reads it to its end or goes. */
export class OperatorStream {
  readonly status: number;
  readonly reader = new EventStreamReader();
  hasEnded = false;
  readonly #abort: AbortController;

  private constructor(status: number, abort: AbortController) {
    this.status = status;
    this.#abort = abort;
  }

  /** Resolves when there is an answer. */
  static async open(url: string, key: string): Promise<OperatorStream> {
    const abort = new AbortController();
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` }, signal: abort.signal });
    const stream = new OperatorStream(response.status, abort);
    void stream.#read(response);
    return stream;
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
