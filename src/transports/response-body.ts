import type { ServerResponse } from 'node:http';
import type { OpenBody } from '../core/http.js';

/** The body of a response that goes on, and ends with its connection. */
export class ResponseBody implements OpenBody {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get waiting(): number {
    return this.#response.writableLength;
  }

  write(octets: string | Buffer): void {
    if (!this.#response.writableEnded && !this.#response.destroyed) this.#response.write(octets);
  }

  end(): void {
    this.#response.end();
  }

  drop(): void {
    this.#response.destroy();
  }

  whenEnded(listener: () => void): void {
    if (this.#response.closed) listener();
    else this.#response.once('close', listener);
  }
}
