import { type HttpEndpoint, type HttpReply, jsonReply } from '../../core/http.js';
import { LIVENESS, READINESS } from './descriptions.js';

/** Whether a server takes requests, and what of it does. Told to everybody. */
export interface Readiness {
  readonly ready: boolean;
  /** By the name of the part: `up`, `down`, and such words. */
  readonly states: Readonly<Record<string, string>>;
}

/** Answers 200 `ok`, for those who watch the process. Needs no key and tells nothing more. */
class LivenessEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/healthz';
  readonly description = LIVENESS;
  readonly bodyLimit = 0;

  handle(): HttpReply {
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
    return { status: 200, headers, body: 'ok\n' };
  }
}

/** Answers 200 or 503 with `{ready, server, broker}`, for those who send requests here. Needs no key, and gives no reasons. */
class ReadinessEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/readyz';
  readonly description = READINESS;
  readonly bodyLimit = 0;
  readonly #readiness: () => Readiness;

  constructor(readiness: () => Readiness) {
    this.#readiness = readiness;
  }

  handle(): HttpReply {
    const { ready, states } = this.#readiness();
    return jsonReply(ready ? 200 : 503, { ready, ...states });
  }
}

/** `/healthz`: the process lives. `/readyz`: it takes requests. */
export function healthEndpoints(readiness: () => Readiness): readonly HttpEndpoint[] {
  return [new LivenessEndpoint(), new ReadinessEndpoint(readiness)];
}
