import { createHash } from 'node:crypto';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../core/http.js';

export interface ServedFile {
  readonly path: string;
  readonly type: string;
  readonly content: Buffer;
  /** The Content-Security-Policy. */
  readonly policy: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A file that was read at the start. Browsers ask each time whether it has changed. */
export class FileEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path: string;
  readonly bodyLimit = 0;
  readonly #content: Buffer;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ path, type, content, policy, headers }: ServedFile) {
    this.path = path;
    this.#content = content;
    this.#headers = {
      'content-type': type,
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer', // the address of a page may hold a ticket
      'cache-control': 'no-cache',
      etag: `"${createHash('sha256').update(content).digest('base64url')}"`,
      ...headers,
    };
  }

  handle({ headers }: HttpRequest): HttpReply {
    if (headers['if-none-match'] === this.#headers['etag']) return { status: 304, headers: this.#headers };
    return { status: 200, headers: this.#headers, body: this.#content };
  }
}
