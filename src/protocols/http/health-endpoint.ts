import type { HttpEndpoint, HttpReply } from '../../core/http.js';
import type { MaybePromise } from '../../core/maybe-promise.js';

/** Answers 200 `ok` or 503 `unavailable`, for those who watch the process. Needs no key and tells nothing more. */
export class HealthEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path: string;
  readonly bodyLimit = 0;
  readonly #healthy: () => MaybePromise<boolean>;

  constructor(path: string, healthy: () => MaybePromise<boolean>) {
    this.path = path;
    this.#healthy = healthy;
  }

  async handle(): Promise<HttpReply> {
    return (await this.#healthy()) ? plainReply(200, 'ok') : plainReply(503, 'unavailable');
  }
}

/** `/healthz`: the process lives. `/readyz`: it takes requests, as `ready` says. */
export function healthEndpoints(ready: () => MaybePromise<boolean>): readonly HttpEndpoint[] {
  return [new HealthEndpoint('/healthz', () => true), new HealthEndpoint('/readyz', ready)];
}

function plainReply(status: number, text: string): HttpReply {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers, body: `${text}\n` };
}
