import type { Authenticator } from '../core/authenticator.js';
import { backendOf } from '../core/caller.js';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../core/http.js';
import { METRICS_DESCRIPTION } from '../protocols/http/index.js';
import type { Metrics } from './metrics.js';

/** `GET /metrics` for those who hold a back-end key: the figures say more than strangers should know. */
export class MetricsEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/metrics';
  readonly description = METRICS_DESCRIPTION;
  readonly bodyLimit = 0;
  readonly #metrics: Metrics;
  readonly #authenticator: Authenticator;

  constructor(metrics: Metrics, authenticator: Authenticator) {
    this.#metrics = metrics;
    this.#authenticator = authenticator;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    await backendOf(request, this.#authenticator, 'reading metrics');
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
      body: await this.#metrics.text(),
    };
  }
}
